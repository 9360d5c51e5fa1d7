// Asks resolvers in Python what the engine asks of resolvers: python/strata/Ar.py has the other half,
// Resolver._answer_*.
#include "python/core/resolvers.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "python/core/assets.h"
#include "python/core/callbacks.h"
#include "python/core/engine.h"
#include "python/core/reading.h"

namespace strata::python {

namespace {

using asset::ResolverContext;

// The object is kept for as long as the program runs: stages that the interpreter leaves behind still name
// it.
class PythonResolver final : public asset::Resolver {
 public:
  explicit PythonResolver(nb::object object) : object_(*new nb::object(std::move(object))) {}

  std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const override {
    return Answer<std::string>("identifier", asset_path, asset_path, anchor);
  }
  std::string Resolve(const std::string& identifier, const ResolverContext& context) const override {
    return Answer<std::string>("resolve", identifier, identifier, context.search_paths, context.values);
  }
  std::string GetModificationStamp(const std::string& resolved_path) const override {
    return Answer<std::string>("stamp", resolved_path, resolved_path);
  }
  asset::AssetInfo GetAssetInfo(const std::string& identifier,
                                const std::string& resolved_path) const override {
    using Told = std::tuple<std::string, std::string, std::map<std::string, std::string>>;
    auto [version, name, more] = Answer<Told>("info", identifier, identifier, resolved_path);
    return {std::move(version), std::move(name), {}, std::move(more)};
  }
  ResolverContext CreateDefaultContextForAsset(const std::string& resolved_path) const override {
    using Told = std::pair<std::vector<std::string>, std::map<std::string, std::string>>;
    auto [folders, values] = Answer<Told>("context", resolved_path, resolved_path);
    return {std::move(folders), std::move(values)};
  }
  Result<std::shared_ptr<asset::Asset>> Open(const std::string& resolved_path) const override {
    Diagnostic failure;
    std::shared_ptr<asset::Asset> opened;
    Ask("open", resolved_path, failure, [&](const nb::object& method) {
      const nb::object answered = method(resolved_path);
      if (nb::isinstance<AssetObject>(answered)) {
        opened = nb::cast<AssetObject&>(answered).asset;
      } else if (!answered.is_none()) {
        const nb::bytes bytes = nb::cast<nb::bytes>(answered);
        opened = asset::MakeMemoryAsset(std::string(bytes.c_str(), bytes.size()));
      }
    });
    if (opened) return opened;
    if (failure.code) return failure;
    return Diagnostic(asset::kAssetUnresolved, "there is nothing at '" + resolved_path + "'");
  }

 private:
  // Calls `ask` with the method; an exception becomes `failure`.
  template <class Function>
  void Ask(const char* question, const std::string& about, Diagnostic& failure, const Function& ask) const {
    if (!Py_IsInitialized()) {
      failure = Diagnostic(asset::kAssetResolverFailed,
                           "the interpreter of the resolver for '" + about + "' has ended");
      return;
    }
    const nb::gil_scoped_acquire held;
    std::string what;
    try {
      ask(object_.attr((std::string("_answer_") + question).c_str()));
      return;
    } catch (nb::python_error& error) {
      what = DescribeException(error);
    } catch (const nb::cast_error&) {
      what = "the answer is of no type that can be used";
    }
    const std::string name = nb::cast<std::string>(nb::handle(object_.type()).attr("__name__"));
    failure = Diagnostic(asset::kAssetResolverFailed,
                         name + " failed to " + Verb(question) + " '" + about + "': " + what, {},
                         "Correct the resolver; until then this counts as not found.");
  }

  // What the method gives; after an exception, which is warned of, an empty answer.
  template <class T, class... Arguments>
  T Answer(const char* question, const std::string& about, const Arguments&... arguments) const {
    Diagnostic failure;
    T out{};
    Ask(question, about, failure, [&](const nb::object& method) { out = nb::cast<T>(method(arguments...)); });
    if (!failure.code || !Py_IsInitialized()) return out;
    const nb::gil_scoped_acquire held;
    WarnInCallback(std::move(failure), "a resolver");
    return out;
  }

  static std::string Verb(std::string_view question) {
    if (question == "identifier") return "make an identifier of";
    if (question == "info") return "tell of";
    if (question == "stamp") return "date";
    if (question == "context") return "make a context for";
    return std::string(question);
  }

  const nb::object& object_;
};

}  // namespace

const std::shared_ptr<asset::HostResolvers>& GetHostResolvers() {
  static const auto& resolvers = *new std::shared_ptr<asset::HostResolvers>(
      std::make_shared<asset::HostResolvers>(asset::MakeFileResolver()));
  return resolvers;
}

// Not within the making of the engine: another thread would wait for that with the lock that Python code
// needs.
void AddDeclaredResolvers() {
  enum class State : uint8_t { kNot, kBeingAdded, kAdded };
  static std::atomic<State> state = State::kNot;
  static std::atomic<std::thread::id> adder;
  if (state.load(std::memory_order_acquire) == State::kAdded) return;
  const nb::gil_scoped_acquire held;
  State expected = State::kNot;
  if (!state.compare_exchange_strong(expected, State::kBeingAdded)) {
    while (state != State::kAdded && adder != std::this_thread::get_id()) {
      const nb::gil_scoped_release released;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return;
  }
  adder = std::this_thread::get_id();
  const char* paths = std::getenv("PXR_PLUGINPATH_NAME");
  if (paths && *paths) {
    try {
      nb::module_::import_("strata.Ar").attr("_add_declared_resolvers")();
    } catch (nb::python_error& error) {
      error.discard_as_unraisable("the resolvers of plugins");
    }
  }
  state.store(State::kAdded, std::memory_order_release);
}

void BindResolvers(nb::module_& ar) {
  ar.def(
      "_AddResolver",
      [](nb::object resolver, const std::vector<std::string>& schemes) {
        KeepEditsToTheirThread();
        const auto made = std::make_shared<PythonResolver>(std::move(resolver));
        if (schemes.empty()) GetHostResolvers()->SetPrimary(made);
        for (const std::string& scheme : schemes) CheckOrRaise(GetHostResolvers()->Add(scheme, made));
      },
      "resolver"_a, "schemes"_a);
  ar.def("_RemovePrimaryResolver", [] { GetHostResolvers()->SetPrimary(nullptr); });
  ar.def(
      "GetRegisteredURISchemes", [] { return GetHostResolvers()->GetSchemes(); },
      "The schemes of URIs, in lower case, that resolvers were registered for.");
  ar.def("_WarnOfResolver", [](const std::string& message) {
    Diagnostics remarks;
    remarks.Add(Diagnostic(asset::kAssetResolverFailed, message));
    Warn(remarks);
  });
}

}  // namespace strata::python
