// Files of http and https servers, read in blocks as they are needed.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "strata/asset/block_cache.h"
#include "strata/asset/http_client.h"
#include "strata/asset/resolver.h"

namespace strata::asset {

inline constexpr DiagnosticCode kNetworkChanged{"asset.network-changed", Severity::kError,
                                                "A file of the network changed while it was read."};
inline constexpr DiagnosticCode kNetworkUnavailable{
    "asset.network-unavailable", Severity::kError,
    "A file of the network is asked for, and there is no network."};

struct HttpOptions {
  uint64_t block_bytes = 64 << 10;
  uint64_t max_request_bytes = 4 << 20;  // of missing blocks that lie together and are asked for at once
  uint64_t max_cache_bytes = 256 << 20;
  uint64_t max_file_bytes = uint64_t{1} << 40;
  uint64_t max_whole_bytes = 256 << 20;  // of files from servers that give no ranges: these are read whole
  uint32_t max_retries = 3;              // of answers 429 and 5xx, broken connections and short answers
  double retry_delay_seconds = 0.1;      // doubled with each retry
  double connect_timeout_seconds = 10;
  double stall_timeout_seconds = 20;
  double fresh_seconds = 5;  // how long what a server said of a file is believed without asking again
  // "Name: value" lines for the servers of one host ("assets.example.org"), such as Authorization. Never sent
  // to others, redirects aside.
  std::map<std::string, std::vector<std::string>> headers_by_host;
};

// `identifier`s are URLs. Names in a layer are seen from its URL by the rules of URLs: no remote layer can
// name a local file. A file is known by its size, ETag and Last-Modified; when they change under a reader it
// gets a diagnostic, never bytes of two versions. Thread-safe.
class HttpResolver final : public Resolver {
 public:
  HttpResolver(std::shared_ptr<const HttpClient> client, HttpOptions options);
  ~HttpResolver() override;

  std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const override;
  // Empty when the server says that there is no such file; other failures are told by Open.
  std::string Resolve(const std::string& identifier, const ResolverContext& context) const override;
  Result<std::shared_ptr<Asset>> Open(const std::string& resolved_path) const override;
  std::string GetModificationStamp(const std::string& resolved_path) const override;
  ResolverContext CreateDefaultContextForAsset(const std::string& resolved_path) const override;

  struct Statistics {
    uint64_t requests = 0, retries = 0, bytes = 0;  // bytes of bodies
  };
  Statistics GetStatistics() const;

 private:
  struct Transport;
  class RemoteAsset;
  struct Known;
  std::shared_ptr<Known> Ask(const std::string& url) const;

  std::shared_ptr<Transport> transport_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<Known>> known_;  // by URL; guarded by mutex_
};

// For http and https; where this build has no libcurl, one that says so for every file.
std::shared_ptr<Resolver> MakeHttpResolver(const HttpOptions& options = {});
// One that refuses every file with `why`.
std::shared_ptr<Resolver> MakeRefusingResolver(std::string why, std::string hint);

}  // namespace strata::asset
