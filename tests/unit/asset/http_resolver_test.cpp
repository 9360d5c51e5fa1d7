#include "strata/asset/http_resolver.h"

#include <doctest/doctest.h>

#include <map>
#include <thread>

#include "strata/asset/scheme_resolver.h"

using namespace strata;
using namespace strata::asset;

namespace {

// A server in memory that misbehaves on request.
class FakeServer final : public HttpClient {
 public:
  struct File {
    std::string bytes, etag, last_modified;
  };
  mutable std::mutex mutex;
  std::map<std::string, File> files;
  bool gives_ranges = true;
  mutable int failures = 0;                                     // answers that are 503 first
  mutable int broken = 0;                                       // that break off
  int status = 0;                                               // the answer to all, unless 0
  mutable std::vector<std::pair<uint64_t, uint64_t>> requests;  // offset, count

  Result<HttpResponse> Get(const HttpRequest& request) const override {
    const std::lock_guard lock(mutex);
    requests.emplace_back(request.offset, request.count);
    HttpResponse response;
    if (status != 0) return Answer(status);
    if (failures > 0 && failures-- > 0) return Answer(503);
    if (broken > 0 && broken-- > 0) return Diagnostic(kNetworkFailed, "connection reset");
    auto found = files.find(request.url);
    if (found == files.end()) return Answer(404);
    const File& file = found->second;
    response.etag = file.etag;
    response.last_modified = file.last_modified;
    bool has_changed = false;
    for (const std::string& header : request.headers)
      has_changed |= header.starts_with("If-Range: ") && header != "If-Range: " + file.etag;
    const uint64_t size = file.bytes.size();
    if (!gives_ranges || has_changed) {
      response.status = 200;
      response.is_cut_off = size > request.max_body_bytes;
      if (!response.is_cut_off) response.body = file.bytes;
      response.content_length = std::to_string(size);
      return response;
    }
    if (request.offset >= size) {
      response.status = 416;
      response.content_range = "bytes */" + std::to_string(size);
      return response;
    }
    response.status = 206;
    response.body = file.bytes.substr(request.offset, request.count);
    response.content_range = "bytes " + std::to_string(request.offset) + "-" +
                             std::to_string(request.offset + response.body.size() - 1) + "/" +
                             std::to_string(size);
    return response;
  }

 private:
  static HttpResponse Answer(int code) {
    HttpResponse response;
    response.status = code;
    return response;
  }
};

constexpr const char* kUrl = "http://server/a.bin";

std::string MakeBytes(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i * 31 + i / 251);
  return bytes;
}

struct Network {
  std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
  HttpOptions options;
  std::shared_ptr<HttpResolver> resolver;
  explicit Network(size_t file_bytes = 1'000'000) {
    server->files[kUrl] = {MakeBytes(file_bytes), "\"one\"", ""};
    options.block_bytes = 1000;
    options.max_request_bytes = 10'000;
    options.retry_delay_seconds = 0;
  }
  HttpResolver& Get() {
    if (!resolver) resolver = std::make_shared<HttpResolver>(server, options);
    return *resolver;
  }
  std::shared_ptr<Asset> Open(const std::string& url = kUrl) {
    auto asset = Get().Open(url);
    return asset ? *asset : nullptr;
  }
};

// The name of the code of why something failed; empty when it did not.
template <class T>
std::string CodeOf(const Result<T>& result) {
  return result ? std::string() : result.GetError().code->name;
}

}  // namespace

TEST_CASE("only blocks that are touched are fetched, and once") {
  Network net;
  auto asset = net.Open();
  REQUIRE(asset);
  CHECK(asset->GetSize() == 1'000'000);
  char buffer[3000];
  REQUIRE(asset->ReadAt(500'500, buffer, 100));
  CHECK(std::string(buffer, 100) == net.server->files[kUrl].bytes.substr(500'500, 100));
  const uint64_t after_one = net.Get().GetStatistics().bytes;
  CHECK(after_one == 2000);  // the first block, and that one
  REQUIRE(asset->ReadAt(500'000, buffer, 1000));
  CHECK(net.Get().GetStatistics().bytes == after_one);
  CHECK(*asset->ReadAt(999'990, buffer, 100) == 10);
  CHECK(*asset->ReadAt(1'000'000, buffer, 100) == 0);
}

TEST_CASE("missing blocks that lie together are asked for together") {
  Network net;
  auto asset = net.Open();
  REQUIRE(asset);
  const size_t before = net.server->requests.size();
  std::string bytes(25'000, '\0');
  REQUIRE(asset->ReadAt(100'000, bytes.data(), bytes.size()));
  CHECK(bytes == net.server->files[kUrl].bytes.substr(100'000, 25'000));
  CHECK(net.server->requests.size() - before == 3);
}

TEST_CASE("any reads give the bytes of the file") {
  Network net(12'345);
  auto asset = net.Open();
  REQUIRE(asset);
  const std::string& expected = net.server->files[kUrl].bytes;
  for (uint64_t seed = 1, i = 0; i < 300; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const uint64_t offset = (seed >> 33) % 13'000, count = (seed >> 13) % 4000;
    std::string bytes(count, '\0');
    auto got = asset->ReadAt(offset, bytes.data(), count);
    REQUIRE(got);
    bytes.resize(*got);
    CHECK(bytes == (offset < expected.size() ? expected.substr(offset, count) : std::string()));
  }
}

TEST_CASE("a file that changes under its reader is a diagnostic, never a mix") {
  Network net;
  net.options.fresh_seconds = 0;
  auto asset = net.Open();
  REQUIRE(asset);
  char buffer[10];
  REQUIRE(asset->ReadAt(0, buffer, 10));
  const std::string stamp = net.Get().GetModificationStamp(kUrl);
  net.server->files[kUrl] = {std::string(1'000'000, 'n'), "\"two\"", ""};
  CHECK(CodeOf(asset->ReadAt(500'000, buffer, 10)) == kNetworkChanged.name);
  CHECK(CodeOf(asset->ReadAt(0, buffer, 10)) == kNetworkChanged.name);
  CHECK(net.Get().GetModificationStamp(kUrl) != stamp);
  auto anew = net.Open();
  REQUIRE(anew);
  REQUIRE(anew->ReadAt(500'000, buffer, 10));
  CHECK(std::string(buffer, 10) == "nnnnnnnnnn");
}

TEST_CASE("a change shows by date and size where there is no ETag") {
  for (const bool changes_size : {false, true}) {
    Network net;
    net.server->files[kUrl] = {MakeBytes(100'000), "", changes_size ? "" : "Mon"};
    auto asset = net.Open();
    REQUIRE(asset);
    net.server->files[kUrl] = {std::string(changes_size ? 100'001 : 100'000, 'n'), "",
                               changes_size ? "" : "Tue"};
    char buffer[10];
    CHECK(CodeOf(asset->ReadAt(50'000, buffer, 10)) == kNetworkChanged.name);
  }
}

TEST_CASE("failures that pass are tried again, others and too many are told") {
  Network net;
  net.server->failures = 2;
  net.server->broken = 1;
  CHECK(net.Open());
  CHECK(net.Get().GetStatistics().retries == 3);

  Network down;
  down.server->failures = 100;
  CHECK(CodeOf(down.Get().Open(kUrl)) == kNetworkFailed.name);
  CHECK(down.server->requests.size() == 4);
  CHECK(down.Get().Resolve(kUrl, {}) == kUrl);  // there may be a file: Open says why it cannot be had

  Network refused;
  refused.server->status = 403;
  CHECK(CodeOf(refused.Get().Open(kUrl)) == kNetworkFailed.name);
  CHECK(refused.server->requests.size() == 1);
}

TEST_CASE("a file that is not there does not resolve") {
  Network net;
  CHECK(net.Get().Resolve("http://server/none", {}).empty());
  CHECK(CodeOf(net.Get().Open("http://server/none")) == kAssetUnresolved.name);
  CHECK(net.server->requests.size() == 1);  // known for a moment
}

TEST_CASE("servers without ranges give whole files up to a limit") {
  Network net;
  net.server->gives_ranges = false;
  auto asset = net.Open();
  REQUIRE(asset);
  char buffer[10];
  REQUIRE(asset->ReadAt(999'990, buffer, 10));
  CHECK(net.server->requests.size() == 1);
  CHECK(asset->Map()->size == 1'000'000);

  Network large;
  large.server->gives_ranges = false;
  large.options.max_whole_bytes = 1000;
  CHECK(CodeOf(large.Get().Open(kUrl)) == kNetworkFailed.name);
}

TEST_CASE("an empty file is one") {
  Network net(0);
  auto asset = net.Open();
  REQUIRE(asset);
  CHECK(asset->GetSize() == 0);
}

TEST_CASE("the cache holds so many bytes, and readers go on") {
  Network net;
  net.options.max_cache_bytes = 5000;
  auto asset = net.Open();
  REQUIRE(asset);
  std::string bytes(1'000'000, '\0');
  REQUIRE(asset->ReadAt(0, bytes.data(), bytes.size()));
  CHECK(bytes == net.server->files[kUrl].bytes);
}

TEST_CASE("many threads read one file") {
  Network net;
  auto asset = net.Open();
  REQUIRE(asset);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 200; ++i) {
        const size_t offset = (i * 7919 + static_cast<size_t>(t) * 104'729) % 990'000;
        char buffer[5000];
        auto got = asset->ReadAt(offset, buffer, sizeof(buffer));
        if (!got || std::string(buffer, *got) != net.server->files[kUrl].bytes.substr(offset, 5000)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("content is compared with the digest that its address names") {
  // Of "abc", as FIPS 180-4 gives it.
  const std::string good =
      "http://server/abc#sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const std::string bad = "http://server/abc#sha256=00";
  Network net;
  for (const std::string& url : {good, bad}) net.server->files[url] = {"abc", "\"one\"", ""};
  auto asset = net.Open(good);
  REQUIRE(asset);
  CHECK(*asset->ReadAll(10) == "abc");
  CHECK(CodeOf(net.Get().Open(bad)) == kNetworkFailed.name);
}

TEST_CASE("names are seen from a URL by the rules of URLs") {
  Network net;
  const auto identify = [&](const std::string& path) {
    return net.Get().CreateIdentifier(path, "https://host:8/a/b.usda?token=x/y#part");
  };
  CHECK(identify("./c.usda") == "https://host:8/a/c.usda");
  CHECK(identify("c/../d.usda") == "https://host:8/a/d.usda");
  CHECK(identify("../c.usda") == "https://host:8/c.usda");
  CHECK(identify("../../../c.usda") == "https://host:8/c.usda");
  CHECK(identify("/etc/passwd") == "https://host:8/etc/passwd");
  CHECK(identify("http://other/x.usda?k=../v") == "http://other/x.usda?k=../v");
  CHECK(identify("./c.usda?k=v") == "https://host:8/a/c.usda?k=v");
  CHECK(AnchorToFile("x.usda", "https://host") == "https://host/x.usda");
}

TEST_CASE("each scheme goes to its resolver, names without one to that of the anchor") {
  auto memory = std::make_shared<MemoryResolver>(nullptr);
  memory->Put("/s/root.usda", "root");
  Network net;
  net.server->files["HTTP://server/b.usda"] = {"remote", "", ""};
  net.Get();
  auto resolver = MakeSchemeResolver(memory, {{"http", net.resolver}});
  CHECK(resolver->CreateIdentifier("./b.usda", "http://server/a.usda") == "http://server/b.usda");
  CHECK(resolver->CreateIdentifier("http://server/a.usda", "/s/root.usda") == "http://server/a.usda");
  CHECK(resolver->Resolve("/s/root.usda", {}) == "/s/root.usda");
  CHECK(resolver->Resolve("HTTP://server/b.usda", {}) == "HTTP://server/b.usda");
  CHECK(CodeOf(MakeRefusingResolver("no", "")->Open("http://x/y")) == kNetworkUnavailable.name);
}
