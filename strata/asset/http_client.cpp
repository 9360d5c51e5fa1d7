#include "strata/asset/http_client.h"

#ifdef STRATA_WITH_CURL

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <string_view>

#include <fmt/format.h>

namespace strata::asset {

namespace {

// What the callbacks of one transfer share.
struct Transfer {
  CURL* handle = nullptr;
  const HttpRequest* request = nullptr;
  HttpResponse* response = nullptr;
};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

size_t TakeHeader(const char* bytes, size_t size, size_t count, void* user) {
  auto& response = *static_cast<Transfer*>(user)->response;
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) {  // of a new answer, after a redirect
    response = HttpResponse();
    return line.size();
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::string value(Trim(line.substr(colon + 1)));
  if (name == "content-range") response.content_range = value;
  if (name == "content-length") response.content_length = value;
  if (name == "etag") response.etag = value;
  if (name == "last-modified") response.last_modified = value;
  if (name == "retry-after") response.retry_after = value;
  return line.size();
}

size_t TakeBody(const char* bytes, size_t size, size_t count, void* user) {
  const Transfer& transfer = *static_cast<Transfer*>(user);
  long status = 0;
  curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  const uint64_t limit = status == 206   ? transfer.request->count
                         : status == 200 ? transfer.request->max_body_bytes
                                         : 4096;  // the page that explains an error
  std::string& body = transfer.response->body;
  if (body.size() + size * count > limit) {
    transfer.response->is_cut_off = true;
    return 0;  // ends the transfer
  }
  body.append(bytes, size * count);
  return size * count;
}

class CurlClient final : public HttpClient {
 public:
  CurlClient() {
    static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)kReady;
  }
  ~CurlClient() override {
    for (CURL* handle : idle_) curl_easy_cleanup(handle);
  }

  Result<HttpResponse> Get(const HttpRequest& request) const override {
    CURL* handle = Take();
    if (!handle) return MakeFailure(request, "libcurl has no handle left", "Close other connections.");
    HttpResponse response;
    Transfer transfer{handle, &request, &response};
    curl_slist* headers = curl_slist_append(nullptr, "Accept-Encoding: identity");
    for (const std::string& header : request.headers) headers = curl_slist_append(headers, header.c_str());
    const std::string range = fmt::format("{}-{}", request.offset, request.offset + request.count - 1);
    char error[CURL_ERROR_SIZE] = {};
    SetOptions(handle, request, range, headers, transfer, error);
    const CURLcode code = curl_easy_perform(handle);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    // Connections stay with the handle; what points into this function does not.
    curl_easy_reset(handle);
    Give(handle);
    response.status = static_cast<int>(status);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && response.is_cut_off)) return response;
    return MakeFailure(request, error[0] ? error : curl_easy_strerror(code),
                       "Check the address and the network.");
  }

 private:
  static constexpr size_t kMostIdle = 8;
  static constexpr long kMostRedirects = 5;

  static Diagnostic MakeFailure(const HttpRequest& request, std::string_view why, const char* hint) {
    SourceLocation where;
    where.file = request.url;
    return {kNetworkFailed, fmt::format("'{}' cannot be read: {}.", request.url, why), std::move(where),
            hint};
  }

  static void SetOptions(CURL* handle, const HttpRequest& request, const std::string& range,
                         curl_slist* headers, Transfer& transfer, char* error) {
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_RANGE, range.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, kMostRedirects);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(request.connect_timeout_seconds * 1000));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                     std::max(1L, static_cast<long>(request.stall_timeout_seconds)));
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "strata");
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, TakeHeader);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, TakeBody);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  }

  CURL* Take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        CURL* handle = idle_.back();
        idle_.pop_back();
        return handle;
      }
    }
    return curl_easy_init();
  }

  void Give(CURL* handle) const {
    {
      const std::lock_guard lock(mutex_);
      if (idle_.size() < kMostIdle) {
        idle_.push_back(handle);
        return;
      }
    }
    curl_easy_cleanup(handle);
  }

  mutable std::mutex mutex_;
  mutable std::vector<CURL*> idle_;  // guarded by mutex_
};

}  // namespace

std::shared_ptr<const HttpClient> MakeHttpClient() {
  return std::make_shared<CurlClient>();
}

}  // namespace strata::asset

#else

namespace strata::asset {

std::shared_ptr<const HttpClient> MakeHttpClient() {
  return nullptr;
}

}  // namespace strata::asset

#endif
