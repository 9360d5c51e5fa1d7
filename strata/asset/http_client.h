// One HTTP request and its answer; what the network resolver is made of.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "strata/base/result.h"

namespace strata::asset {

inline constexpr DiagnosticCode kNetworkFailed{"asset.network-failed", Severity::kError,
                                               "A file of the network cannot be had."};

struct HttpRequest {
  std::string url;
  uint64_t offset = 0, count = 0;  // the range that is asked for
  uint64_t max_body_bytes = 0;     // of an answer that is the whole file; such answers are cut off when 0
  std::vector<std::string> headers;
  double connect_timeout_seconds = 10;
  double stall_timeout_seconds = 20;  // without a byte
};

struct HttpResponse {
  int status = 0;
  std::string content_range, content_length, etag, last_modified, retry_after;  // as they came; empty: absent
  std::string body;
  bool is_cut_off = false;  // the body was longer than allowed
};

// Thread-safe. An answer of any status is an answer; a diagnostic is for what never became one.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Result<HttpResponse> Get(const HttpRequest& request) const = 0;
};

// With libcurl; null in builds without it (STRATA_WITH_CURL). Connections are kept and reused. Follows up to
// five redirects, to http and https alone.
std::shared_ptr<const HttpClient> MakeHttpClient();

}  // namespace strata::asset
