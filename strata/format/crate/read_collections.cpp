// Dictionaries, lists and list ops.
#include "strata/format/crate/value_reader.h"

namespace strata::format::crate {

namespace {

constexpr const char* kOutside = "it lies outside the file";
constexpr uint64_t kIndexBytes = sizeof(uint32_t);
constexpr uint64_t kDictionaryEntryBytes = kIndexBytes + sizeof(int64_t);
constexpr uint64_t kReferenceBytes = 2 * kIndexBytes + 2 * sizeof(double) + sizeof(uint64_t);

LayerOffset TakeOffset(Cursor& cursor) {
  LayerOffset offset;
  offset.offset = cursor.Take<double>();
  offset.scale = cursor.Take<double>();
  return offset;
}

}  // namespace

// What an offset relative to itself leads to; what follows in the file comes after that.
std::optional<ValueRep> ValueReader::TakeIndirect(Cursor& cursor) {
  const uint64_t at = cursor.GetOffset();
  const auto distance = cursor.Take<int64_t>();
  if (cursor.IsGood()) cursor.Seek(at + static_cast<uint64_t>(distance));
  const ValueRep rep{cursor.Take<uint64_t>()};
  if (cursor.IsGood()) return rep;
  Fail(kOutside, at);
  return std::nullopt;
}

Value ValueReader::ReadIndirect(Cursor& cursor) {
  const std::optional<ValueRep> rep = TakeIndirect(cursor);
  return rep ? Read(*rep) : Value();
}

bool ValueReader::ReadDictionary(Cursor& cursor, Dictionary& out) {
  const uint64_t at = cursor.GetOffset();
  const uint64_t count = cursor.TakeCount(kDictionaryEntryBytes);
  if (!cursor.IsGood()) return Fail(kOutside, at);
  for (uint64_t i = 0; i < count; ++i) {
    std::string key;
    const auto index = cursor.Take<uint32_t>();
    if (!cursor.IsGood()) return Fail(kOutside, at);
    if (!GetString(index, key) || !Charge(kEntryBytes + key.size())) return false;
    Value value = ReadIndirect(cursor);
    if (value.IsEmpty()) return false;
    out.entries.insert_or_assign(std::move(key), std::move(value));
  }
  return true;
}

template <class T, class Take>
bool ValueReader::TakeItems(Cursor& cursor, uint64_t bytes_each, const Take& take, std::vector<T>& out) {
  const uint64_t at = cursor.GetOffset();
  const uint64_t count = cursor.TakeCount(bytes_each);
  if (!cursor.IsGood()) return Fail(kOutside, at);
  if (!Charge(count * sizeof(T))) return false;
  out.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    T item{};
    if (!take(cursor, item)) return false;
    if (!cursor.IsGood()) return Fail(kOutside, at);
    out.push_back(std::move(item));
  }
  return true;
}

template <class T, class Take>
Value ValueReader::ReadItems(ValueRep rep, uint64_t bytes_each, const Take& take) {
  std::vector<T> items;
  if (rep.IsInlined()) return FailValue("lists are not inlined", 0);
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  if (!TakeItems(cursor, bytes_each, take, items)) return Value();
  return Value(std::move(items));
}

template <class T, class Take>
Value ValueReader::ReadListOp(ValueRep rep, uint64_t bytes_each, const Take& take) {
  if (rep.IsInlined()) return FailValue("list ops are not inlined", 0);
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  const auto bits = cursor.Take<uint8_t>();
  if (!cursor.IsGood()) return FailValue(kOutside, rep.GetPayload());
  ListOp<T> op;
  op.is_explicit = bits & kListOpIsExplicit;
  const auto read = [&](uint8_t bit, std::vector<T>& items) {
    return !(bits & bit) || TakeItems(cursor, bytes_each, take, items);
  };
  const bool is_good = read(kListOpHasExplicit, op.explicit_items) && read(kListOpHasAdded, op.added_items) &&
                       read(kListOpHasPrepended, op.prepended_items) &&
                       read(kListOpHasAppended, op.appended_items) &&
                       read(kListOpHasDeleted, op.deleted_items) && read(kListOpHasOrdered, op.ordered_items);
  if (!is_good) return Value();
  if (op.is_explicit) {
    op = ListOp<T>::CreateExplicit(std::move(op.explicit_items));
  } else {
    op.explicit_items.clear();
  }
  return Value(std::move(op));
}

bool ValueReader::TakeReference(Cursor& cursor, Reference& out) {
  const auto asset = cursor.Take<uint32_t>();
  const auto path = cursor.Take<uint32_t>();
  out.offset = TakeOffset(cursor);
  if (!cursor.IsGood()) return Fail(kOutside, cursor.GetOffset());
  Dictionary data;
  if (!GetString(asset, out.asset_path) || !GetPath(path, out.prim_path) || !ReadDictionary(cursor, data))
    return false;
  if (!data.IsEmpty()) out.custom_data = std::make_shared<const Dictionary>(std::move(data));
  return Charge(kEntryBytes);
}

bool ValueReader::TakePayload(Cursor& cursor, Payload& out) {
  const auto asset = cursor.Take<uint32_t>();
  const auto path = cursor.Take<uint32_t>();
  if (structure_.version >= kSincePayloadOffsets) out.offset = TakeOffset(cursor);
  if (!cursor.IsGood()) return Fail(kOutside, cursor.GetOffset());
  return GetString(asset, out.asset_path) && GetPath(path, out.prim_path) && Charge(kEntryBytes);
}

bool ValueReader::TakeUnregistered(Cursor& cursor, UnregisteredValue& out) {
  Value value = ReadIndirect(cursor);
  if (value.IsEmpty()) return false;
  if (!value.Holds<std::string>() && !value.Holds<Dictionary>() && !value.Holds<UnregisteredListOp>())
    return Fail("it is no value that an unregistered field has", cursor.GetOffset());
  out.value = std::make_shared<const Value>(std::move(value));
  return Charge(kEntryBytes);
}

Value ValueReader::ReadCollection(ValueRep rep) {
  const auto plain = [](Cursor& cursor, auto& out) {
    out = cursor.Take<std::decay_t<decltype(out)>>();
    return true;
  };
  const auto token = [this](Cursor& cursor, Token& out) { return GetToken(cursor.Take<uint32_t>(), out); };
  const auto string = [this](Cursor& cursor, std::string& out) {
    return GetString(cursor.Take<uint32_t>(), out) && Charge(kEntryBytes + out.size());
  };
  const auto path = [this](Cursor& cursor, Path& out) { return GetPath(cursor.Take<uint32_t>(), out); };
  Cursor cursor(source_.GetBytes(), rep.IsInlined() ? 0 : rep.GetPayload());
  switch (rep.GetKind()) {
    case ValueKind::kDictionary: {
      Dictionary dictionary;
      if (!rep.IsInlined() && !ReadDictionary(cursor, dictionary)) return Value();
      return Value(std::move(dictionary));
    }
    case ValueKind::kTokenListOp:
      return ReadListOp<Token>(rep, kIndexBytes, token);
    case ValueKind::kStringListOp:
      return ReadListOp<std::string>(rep, kIndexBytes, string);
    case ValueKind::kPathListOp:
      return ReadListOp<Path>(rep, kIndexBytes, path);
    case ValueKind::kReferenceListOp:
      return ReadListOp<Reference>(rep, kReferenceBytes,
                                   [this](Cursor& at, Reference& out) { return TakeReference(at, out); });
    case ValueKind::kPayloadListOp:
      return ReadListOp<Payload>(rep, 2 * kIndexBytes,
                                 [this](Cursor& at, Payload& out) { return TakePayload(at, out); });
    case ValueKind::kIntListOp:
      return ReadListOp<int32_t>(rep, sizeof(int32_t), plain);
    case ValueKind::kInt64ListOp:
      return ReadListOp<int64_t>(rep, sizeof(int64_t), plain);
    case ValueKind::kUIntListOp:
      return ReadListOp<uint32_t>(rep, sizeof(uint32_t), plain);
    case ValueKind::kUInt64ListOp:
      return ReadListOp<uint64_t>(rep, sizeof(uint64_t), plain);
    case ValueKind::kUnregisteredValueListOp:
      return ReadListOp<UnregisteredValue>(rep, sizeof(int64_t), [this](Cursor& at, UnregisteredValue& out) {
        return TakeUnregistered(at, out);
      });
    case ValueKind::kPathVector:
      return ReadItems<Path>(rep, kIndexBytes, path);
    case ValueKind::kTokenVector:
      return ReadItems<Token>(rep, kIndexBytes, token);
    case ValueKind::kStringVector:
      return ReadItems<std::string>(rep, kIndexBytes, string);
    case ValueKind::kLayerOffsetVector:
      return ReadItems<LayerOffset>(rep, 2 * sizeof(double), [](Cursor& at, LayerOffset& out) {
        out = TakeOffset(at);
        return true;
      });
    case ValueKind::kDoubleVector: {
      std::vector<double> items;
      if (rep.IsInlined() || !TakeItems(cursor, sizeof(double), plain, items))
        return FailValue(kOutside, rep.GetPayload());
      return Value(Array<double>(items.begin(), items.end()));
    }
    case ValueKind::kRelocates: {
      Relocates relocates;
      const auto pair = [&](Cursor& at, Relocate& out) {
        return path(at, out.first) && at.IsGood() && path(at, out.second);
      };
      if (rep.IsInlined() || !TakeItems(cursor, 2 * kIndexBytes, pair, relocates))
        return FailValue(kOutside, rep.GetPayload());
      return Value(std::move(relocates));
    }
    case ValueKind::kVariantSelectionMap: {
      std::vector<std::pair<std::string, std::string>> items;
      const auto pair = [&](Cursor& at, auto& out) {
        return string(at, out.first) && at.IsGood() && string(at, out.second);
      };
      if (rep.IsInlined() || !TakeItems(cursor, 2 * kIndexBytes, pair, items))
        return FailValue(kOutside, rep.GetPayload());
      VariantSelectionMap map;
      for (auto& [set, variant] : items) map.insert_or_assign(std::move(set), std::move(variant));
      return Value(std::move(map));
    }
    case ValueKind::kPayload: {
      Payload payload;
      if (rep.IsInlined() || !TakePayload(cursor, payload)) return FailValue(kOutside, rep.GetPayload());
      return Value(std::move(payload));
    }
    case ValueKind::kValue:
      if (rep.IsInlined()) return FailValue("it leads nowhere", 0);
      return Read(ValueRep{cursor.Take<uint64_t>()});
    case ValueKind::kUnregisteredValue: {
      UnregisteredValue value;
      if (rep.IsInlined() || !TakeUnregistered(cursor, value)) return FailValue(kOutside, rep.GetPayload());
      return Value(std::move(value));
    }
    default:
      return FailValue("its kind is unknown", rep.GetPayload());
  }
}

}  // namespace strata::format::crate
