#include "strata/asset/http_resolver.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "strata/base/sha256.h"

namespace strata::asset {

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kMostRetryDelaySeconds = 5;
constexpr size_t kMostKnown = 4096;  // answers of servers that are remembered

SourceLocation AtUrl(const std::string& url) {
  SourceLocation where;
  where.file = url;
  return where;
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "bytes 0-99/1000"; of an empty file "bytes */0".
struct ContentRange {
  uint64_t begin = 0, end = 0, total = 0;  // end is one past the last
  static std::optional<ContentRange> Parse(std::string_view text) {
    if (!text.starts_with("bytes ")) return std::nullopt;
    text.remove_prefix(6);
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto total = ParseNumber(text.substr(slash + 1));
    if (!total) return std::nullopt;
    if (text.substr(0, slash) == "*") return ContentRange{0, 0, *total};
    const size_t dash = text.find('-');
    if (dash == std::string_view::npos || dash > slash) return std::nullopt;
    const auto first = ParseNumber(text.substr(0, dash)),
               last = ParseNumber(text.substr(dash + 1, slash - dash - 1));
    if (!first || !last || *last < *first || *last >= *total) return std::nullopt;
    return ContentRange{*first, *last + 1, *total};
  }
};

// What tells one version of a file from another.
struct Version {
  uint64_t size = 0;
  std::string etag, last_modified;
  bool is_whole = false;  // the answer held all of the file

  bool IsSameFile(const Version& other) const {
    return size == other.size && (etag.empty() || other.etag.empty() || etag == other.etag) &&
           (last_modified.empty() || other.last_modified.empty() || last_modified == other.last_modified);
  }
};

bool IsRetried(int status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

Diagnostic MakeFailure(const std::string& url, std::string_view why, const char* hint) {
  return {kNetworkFailed, fmt::format("'{}' cannot be read: {}.", url, why), AtUrl(url), hint};
}

Diagnostic MakeStatusFailure(const std::string& url, int status) {
  const char* hint = status == 401 || status == 403
                         ? "Give the access that the server asks for, or a signed address."
                     : status >= 500 ? "Try again later, or ask who runs the server."
                                     : "Check the address.";
  return MakeFailure(url, fmt::format("the server answers {}", status), hint);
}

std::string GetHost(std::string_view url) {
  const size_t begin = url.find("://") + 3;
  std::string_view authority =
      url.substr(begin, std::min(url.find_first_of("/?#", begin), url.size()) - begin);
  authority = authority.substr(authority.rfind('@') + 1);
  return std::string(authority.substr(0, authority.find(':')));
}

Version ReadVersion(const HttpResponse& response) {
  Version version;
  version.etag = response.etag;
  version.last_modified = response.last_modified;
  if (response.status == 200) {
    version.is_whole = true;
    version.size = response.is_cut_off ? ParseNumber(response.content_length).value_or(UINT64_MAX)
                                       : response.body.size();
  } else if (const auto range = ContentRange::Parse(response.content_range)) {
    version.size = range->total;
  }
  return version;
}

// The digest that a URL asks for: "https://host/a.usdz#sha256=<64 digits>"; empty when it asks for none.
std::string_view GetWantedDigest(std::string_view url) {
  constexpr std::string_view kMark = "#sha256=";
  const size_t mark = url.rfind(kMark);
  return mark == std::string_view::npos ? std::string_view() : url.substr(mark + kMark.size());
}

class RefusingResolver final : public Resolver {
 public:
  RefusingResolver(std::string why, std::string hint) : why_(std::move(why)), hint_(std::move(hint)) {}
  std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const override {
    return anchor.empty() || HasScheme(asset_path) ? asset_path : AnchorToFile(asset_path, anchor);
  }
  std::string Resolve(const std::string& identifier, const ResolverContext&) const override {
    return identifier;
  }
  Result<std::shared_ptr<Asset>> Open(const std::string& resolved_path) const override {
    return Diagnostic(kNetworkUnavailable, fmt::format("'{}' cannot be read: {}.", resolved_path, why_),
                      AtUrl(resolved_path), hint_);
  }
  std::string GetModificationStamp(const std::string&) const override { return {}; }

 private:
  std::string why_, hint_;
};

}  // namespace

// Requests with retries, the cache, and what was counted; outlives the resolver in its assets.
struct HttpResolver::Transport {
  Transport(std::shared_ptr<const HttpClient> http, HttpOptions chosen)
      : client(std::move(http)), options(std::move(chosen)), cache(options.max_cache_bytes) {}

  Result<HttpResponse> Get(const HttpRequest& request) {
    ++requests;
    auto response = client->Get(request);
    if (!response) return response;
    bytes += response->body.size();
    if (response->status != 206) return response;
    const auto range = ContentRange::Parse(response->content_range);
    if (!range || range->begin != request.offset || range->end > request.offset + request.count)
      return MakeFailure(request.url, "the server answers with another part than was asked for",
                         "Ask who runs the server.");
    if (response->body.size() != range->end - range->begin)
      return MakeFailure(request.url, "the answer was cut short", "Try again.");
    return response;
  }

  Result<HttpResponse> GetWithRetries(const std::string& url, uint64_t offset, uint64_t count,
                                      uint64_t max_body, const std::string& if_range) {
    HttpRequest request;
    request.url = url;
    request.offset = offset;
    request.count = count;
    request.max_body_bytes = max_body;
    request.connect_timeout_seconds = options.connect_timeout_seconds;
    request.stall_timeout_seconds = options.stall_timeout_seconds;
    if (auto own = options.headers_by_host.find(GetHost(url)); own != options.headers_by_host.end())
      request.headers = own->second;
    if (!if_range.empty()) request.headers.push_back("If-Range: " + if_range);
    double delay = options.retry_delay_seconds;
    for (uint32_t attempt = 0;; ++attempt, delay *= 2) {
      auto response = Get(request);
      const bool is_retried = !response || IsRetried(response->status);
      if (!is_retried || attempt >= options.max_retries) return response;
      ++retries;
      double wait = delay;
      if (response)
        if (const auto asked = ParseNumber(response->retry_after)) wait = static_cast<double>(*asked);
      std::this_thread::sleep_for(std::chrono::duration<double>(std::min(wait, kMostRetryDelaySeconds)));
    }
  }

  const std::shared_ptr<const HttpClient> client;
  const HttpOptions options;
  BlockCache cache;
  std::atomic<uint64_t> next_file{1}, requests{0}, retries{0}, bytes{0};
};

// One version of one file.
class HttpResolver::RemoteAsset final : public Asset {
 public:
  RemoteAsset(std::shared_ptr<Transport> transport, std::string url, Version version, std::string first_bytes)
      : transport_(std::move(transport)),
        url_(std::move(url)),
        version_(std::move(version)),
        number_(transport_->next_file++) {
    if (version_.is_whole || first_bytes.size() == version_.size) {
      whole_ = std::move(first_bytes);
      is_whole_ = true;
    } else {
      Keep(0, first_bytes);
    }
  }

  const Version& GetVersion() const { return version_; }
  uint64_t GetNumber() const { return number_; }
  uint64_t GetSize() const override { return version_.size; }
  const char* GetBuffer() const override { return is_whole_ ? whole_.data() : nullptr; }
  Result<MappedBytes> Map() const override {
    if (!is_whole_) return MappedBytes{};
    return MappedBytes{whole_.data(), whole_.size(), shared_from_this()};
  }

  Result<size_t> ReadAt(uint64_t offset, void* buffer, size_t count) const override {
    if (offset >= version_.size) return size_t{0};
    count = static_cast<size_t>(std::min<uint64_t>(count, version_.size - offset));
    if (is_whole_) {
      std::memcpy(buffer, whole_.data() + offset, count);
      return count;
    }
    if (is_changed_) return MakeChanged();
    const uint64_t block_bytes = transport_->options.block_bytes;
    for (size_t done = 0; done < count;) {
      const uint64_t at = offset + done, block = at / block_bytes;
      STRATA_TRY(const BlockCache::Block bytes, Fetch(block, (offset + count - 1) / block_bytes));
      const size_t within = static_cast<size_t>(at - block * block_bytes);
      const size_t got = std::min<size_t>(count - done, bytes->size() - within);
      std::memcpy(static_cast<char*>(buffer) + done, bytes->data() + within, got);
      done += got;
    }
    return count;
  }

 private:
  // The block numbered `first`; those up to `last` that are missing too are asked for with it.
  Result<BlockCache::Block> Fetch(uint64_t first, uint64_t last) const {
    if (BlockCache::Block held = transport_->cache.Find(number_, first)) return held;
    const HttpOptions& options = transport_->options;
    uint64_t end = first + 1;
    while (end <= last && (end - first + 1) * options.block_bytes <= options.max_request_bytes &&
           !transport_->cache.Find(number_, end))
      ++end;
    const uint64_t offset = first * options.block_bytes;
    const uint64_t count = std::min(end * options.block_bytes, version_.size) - offset;
    // A weak ETag says nothing of bytes, and may not be asked for.
    const std::string if_range =
        version_.etag.empty() || version_.etag.starts_with("W/") ? version_.last_modified : version_.etag;
    STRATA_TRY(const HttpResponse response, transport_->GetWithRetries(url_, offset, count, 0, if_range));
    if (response.status != 206 && response.status != 200 && response.status != 416 && response.status != 412)
      return MakeStatusFailure(url_, response.status);
    if (response.status != 206 || !ReadVersion(response).IsSameFile(version_)) {
      is_changed_ = true;
      return MakeChanged();
    }
    if (response.body.size() != count) return MakeFailure(url_, "the answer was cut short", "Try again.");
    return Keep(first, response.body);
  }

  // Cuts bytes into blocks from `block` on, and gives the first.
  BlockCache::Block Keep(uint64_t block, std::string_view bytes) const {
    const uint64_t block_bytes = transport_->options.block_bytes;
    BlockCache::Block first;
    for (; !bytes.empty(); ++block) {
      auto piece = std::make_shared<const std::string>(bytes.substr(0, block_bytes));
      bytes.remove_prefix(piece->size());
      // The last one of a request that stopped within a block is no whole block.
      if (piece->size() == block_bytes || (block * block_bytes + piece->size()) == version_.size)
        transport_->cache.Put(number_, block, piece);
      if (!first) first = piece;
    }
    return first;
  }

  Diagnostic MakeChanged() const {
    return {kNetworkChanged, fmt::format("'{}' changed on the server while it was read.", url_), AtUrl(url_),
            "Open it again: what was read so far is of the version before."};
  }

  const std::shared_ptr<Transport> transport_;
  const std::string url_;
  const Version version_;
  const uint64_t number_;
  std::string whole_;
  bool is_whole_ = false;
  mutable std::atomic<bool> is_changed_{false};
};

// What a server said of one URL.
struct HttpResolver::Known {
  // Where the URL names a digest, all bytes are read and compared before any is given to anyone.
  void Verify(const std::shared_ptr<Transport>& transport, const std::string& url) {
    const std::string_view wanted = GetWantedDigest(url);
    if (wanted.empty()) return;
    const std::shared_ptr<RemoteAsset> unverified = std::move(asset);
    asset = nullptr;
    auto bytes = unverified->ReadAll(transport->options.max_whole_bytes);
    if (!bytes) {
      failure = bytes.TakeError();
      return;
    }
    Sha256 sha256;
    sha256.Add(bytes->data(), bytes->size());
    if (const std::string digest = sha256.Finish(); digest != wanted) {
      failure = MakeFailure(url, fmt::format("its SHA-256 digest is {}", digest),
                            "Correct the digest in the address, or find out who changed the file.");
      return;
    }
    Version version = unverified->GetVersion();
    version.is_whole = true;
    asset = std::make_shared<RemoteAsset>(transport, url, std::move(version), *std::move(bytes));
  }

  std::mutex mutex;
  std::shared_ptr<RemoteAsset> asset;  // null when there is none; guarded by mutex, as all below
  std::optional<Diagnostic> failure;   // why there is none, other than that it does not exist
  Clock::time_point asked_at;
  bool is_asked = false;
};

HttpResolver::HttpResolver(std::shared_ptr<const HttpClient> client, HttpOptions options)
    : transport_(std::make_shared<Transport>(std::move(client), std::move(options))) {}

HttpResolver::~HttpResolver() = default;

// Asks the server, unless it was asked a moment ago. The answer is locked for those who read it.
std::shared_ptr<HttpResolver::Known> HttpResolver::Ask(const std::string& url) const {
  std::shared_ptr<Known> known;
  {
    const std::lock_guard lock(mutex_);
    // What nobody else holds can be asked for again.
    if (known_.size() >= kMostKnown)
      std::erase_if(known_, [](const auto& one) { return one.second.use_count() == 1; });
    std::shared_ptr<Known>& slot = known_[url];
    if (!slot) slot = std::make_shared<Known>();
    known = slot;
  }
  const std::lock_guard lock(known->mutex);
  const HttpOptions& options = transport_->options;
  const Clock::duration fresh =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.fresh_seconds));
  if (known->is_asked && Clock::now() - known->asked_at < fresh) return known;
  known->is_asked = true;
  known->failure.reset();
  const bool is_second = known->asset != nullptr;
  auto response = transport_->GetWithRetries(url, 0, is_second ? 1 : options.block_bytes,
                                             is_second ? 0 : options.max_whole_bytes, {});
  known->asked_at = Clock::now();
  if (!response) {
    known->failure = response.TakeError();
    return known;
  }
  const bool is_empty = response->status == 416 && ReadVersion(*response).size == 0;
  if (response->status != 200 && response->status != 206 && !is_empty) {
    known->asset = nullptr;
    if (response->status != 404 && response->status != 410)
      known->failure = MakeStatusFailure(url, response->status);
    return known;
  }
  Version version = ReadVersion(*response);
  if (is_second && version.IsSameFile(known->asset->GetVersion())) return known;
  if (is_second) {
    // Another version: its first bytes are asked for as if it were new.
    response = transport_->GetWithRetries(url, 0, options.block_bytes, options.max_whole_bytes, {});
    if (!response || (response->status != 200 && response->status != 206)) {
      known->asset = nullptr;
      known->failure = response ? MakeStatusFailure(url, response->status) : response.TakeError();
      return known;
    }
    version = ReadVersion(*response);
  }
  known->asset = nullptr;
  if (response->is_cut_off || version.size > options.max_file_bytes) {
    known->failure =
        MakeFailure(url,
                    response->is_cut_off
                        ? fmt::format("the server gives no parts of files, and this one is over {} bytes",
                                      options.max_whole_bytes)
                        : fmt::format("it is over {} bytes", options.max_file_bytes),
                    "Use a server that answers range requests, or raise the limit.");
    return known;
  }
  known->asset =
      std::make_shared<RemoteAsset>(transport_, url, std::move(version), std::move(response->body));
  known->Verify(transport_, url);
  return known;
}

std::string HttpResolver::CreateIdentifier(const std::string& asset_path, const std::string& anchor) const {
  if (asset_path.empty() || HasScheme(asset_path) || !HasScheme(anchor)) return asset_path;
  return AnchorToFile(asset_path, anchor);
}

std::string HttpResolver::Resolve(const std::string& identifier, const ResolverContext&) const {
  if (!HasScheme(identifier)) return {};
  const std::shared_ptr<Known> known = Ask(identifier);
  const std::lock_guard lock(known->mutex);
  return known->asset || known->failure ? identifier : std::string();
}

Result<std::shared_ptr<Asset>> HttpResolver::Open(const std::string& resolved_path) const {
  const std::shared_ptr<Known> known = Ask(resolved_path);
  const std::lock_guard lock(known->mutex);
  if (known->failure) return *known->failure;
  if (known->asset) return std::shared_ptr<Asset>(known->asset);
  return Diagnostic(kAssetUnresolved, fmt::format("There is no '{}' on its server.", resolved_path),
                    AtUrl(resolved_path), "Check the address.");
}

std::string HttpResolver::GetModificationStamp(const std::string& resolved_path) const {
  const std::shared_ptr<Known> known = Ask(resolved_path);
  const std::lock_guard lock(known->mutex);
  if (!known->asset) return {};
  // The number alone would do; the rest says what the server said.
  const Version& version = known->asset->GetVersion();
  return fmt::format("{}-{}-{}-{}", known->asset->GetNumber(), version.size, version.etag,
                     version.last_modified);
}

ResolverContext HttpResolver::CreateDefaultContextForAsset(const std::string&) const {
  return {};
}

HttpResolver::Statistics HttpResolver::GetStatistics() const {
  return {transport_->requests, transport_->retries, transport_->bytes};
}

std::shared_ptr<Resolver> MakeHttpResolver(const HttpOptions& options) {
  if (std::shared_ptr<const HttpClient> client = MakeHttpClient())
    return std::make_shared<HttpResolver>(std::move(client), options);
  return MakeRefusingResolver("this build has no network",
                              "Build Strata with libcurl (STRATA_WITH_CURL=ON).");
}

std::shared_ptr<Resolver> MakeRefusingResolver(std::string why, std::string hint) {
  return std::make_shared<RefusingResolver>(std::move(why), std::move(hint));
}

}  // namespace strata::asset
