#include "strata/domain/stage_transforms.h"

#include "strata/domain/record_reader.h"
#include "strata/layer/fields.h"

namespace strata::domain {

namespace {

using stage::kNoRecord;
using stage::PrimRecord;

constexpr size_t kRecordsATask = 512;
constexpr size_t kFetchedAhead = 6;

bool SaysOrder(const compose::PrimIndex* index) {
  const Token field = layer::GetFieldNames().properties, order = GetNames().xformOpOrder;
  if (!index) return false;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    const auto* properties = site.entry->layer->GetFieldAs<TokenVector>(site.path, field);
    if (properties && std::find(properties->begin(), properties->end(), order) != properties->end())
      return true;
  }
  return false;
}

}  // namespace

class StageTransforms::Builder {
 public:
  Builder(StageTransforms& made, const stage::Stage::Impl& stage) : made_(made), stage_(stage) {}

  void Build() {
    ReadLocals();
    made_.of_record_.assign(stage_.records.size(), 0);
    const auto some = static_cast<size_t>(
        std::count_if(kinds_.begin(), kinds_.end(), [](Local kind) { return kind != Local::kNone; }));
    made_.matrices_.reserve(some + 1);
    made_.matrices_.push_back(Matrix4d::Identity());
    made_.leads_to_world_.push_back(false);
    if (!stage_.records.empty()) Place(0);
    for (const stage::Prototype& prototype : stage_.prototypes)
      if (prototype.record != kNoRecord) Place(prototype.record);
  }

 private:
  enum class Local : uint8_t { kNone, kMoves, kResets };

  void ReadLocals() {
    const size_t count = stage_.records.size();
    kinds_.assign(count, Local::kNone);
    locals_ = std::make_unique_for_overwrite<std::byte[]>(count * sizeof(Matrix4d));
    const auto read = [this](size_t from, size_t to) {
      for (size_t i = from; i < to; ++i) {
        // What each prim is composed of lies elsewhere: it is fetched while those before it are read.
        if (i + kFetchedAhead < to)
          __builtin_prefetch(stage_.Record(static_cast<uint32_t>(i + kFetchedAhead)).index.get());
        Read(static_cast<uint32_t>(i));
      }
    };
    if (stage_.options.executor) {
      stage_.options.executor->ParallelFor(count, kRecordsATask, read);
    } else {
      read(0, count);
    }
  }

  void Read(uint32_t number) {
    const PrimRecord& record = stage_.Record(number);
    if ((record.flags & stage::kGoneRecord) || !record.definition) return;
    const RecordReader reader(stage_, number);
    if (!reader.IsA(GetNames().Xformable) || !SaysOrder(stage_.IndexOf(number))) return;
    const Xformable::Ops ops = reader.GetXformOps();
    if (ops.ops.empty() && !ops.resets_stack) return;
    kinds_[number] = ops.resets_stack ? Local::kResets : Local::kMoves;
    new (locals_.get() + number * sizeof(Matrix4d))
        Matrix4d(reader.GetLocalTransform(ops, made_.time_).matrix);
  }

  const Matrix4d& GetLocal(uint32_t number) const {
    return reinterpret_cast<const Matrix4d*>(locals_.get())[number];
  }

  void Take(uint32_t number, uint32_t above) {
    if (kinds_[number] == Local::kNone) {
      made_.of_record_[number] = above;
      return;
    }
    const bool resets = kinds_[number] == Local::kResets;
    made_.of_record_[number] = static_cast<uint32_t>(made_.matrices_.size());
    made_.matrices_.push_back(resets ? GetLocal(number)
                                     : MultiplyAffine(GetLocal(number), made_.matrices_[above]));
    made_.leads_to_world_.push_back(resets || made_.leads_to_world_[above]);
  }

  // Everything below `root`, which has no transform of its own.
  void Place(uint32_t root) {
    uint32_t at = root;
    while (true) {
      const PrimRecord* record = &stage_.Record(at);
      if (record->first_child != kNoRecord) {
        const uint32_t above = made_.of_record_[at];
        at = record->first_child;
        Take(at, above);
        continue;
      }
      while (at != root && record->next_sibling == kNoRecord) {
        at = record->parent;
        record = &stage_.Record(at);
      }
      if (at == root) return;
      const uint32_t above = made_.of_record_[record->parent];
      at = record->next_sibling;
      Take(at, above);
    }
  }

  StageTransforms& made_;
  const stage::Stage::Impl& stage_;
  std::vector<Local> kinds_;
  std::unique_ptr<std::byte[]> locals_;  // by record, where there is one
};

StageTransforms::StageTransforms(const stage::Stage& stage, stage::Time time) : stage_(stage), time_(time) {
  Builder(*this, stage.GetImpl()).Build();
}
StageTransforms::~StageTransforms() = default;

Matrix4d StageTransforms::GetLocalToWorldTransform(const stage::Prim& prim) const {
  const uint32_t number = prim.GetRecord();
  if (number == kNoRecord || number >= of_record_.size()) return Matrix4d::Identity();
  Matrix4d world = matrices_[of_record_[number]];
  bool is_done = !prim.IsInstanceProxy() || leads_to_world_[of_record_[number]];
  for (stage::Prim at = prim; !is_done;) {
    // Up to the instance, then as the instance stands.
    while (!stage_.GetImpl().Record(at.GetParent().GetRecord()).Is(stage::PrimFlag::kInstance))
      at = at.GetParent();
    at = at.GetParent();
    const uint32_t place = of_record_[at.GetRecord()];
    world = MultiplyAffine(world, matrices_[place]);
    is_done = !at.IsInstanceProxy() || leads_to_world_[place];
  }
  return world;
}

}  // namespace strata::domain
