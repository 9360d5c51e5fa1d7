// Contexts by name.
#include <fmt/format.h>

#include "strata/context/context.h"

namespace strata::context {

ContextRegistry::~ContextRegistry() {
  for (const std::string& name : GetNames()) Destroy(name);
}

ContextPtr ContextRegistry::Get(const std::string& name) {
  std::lock_guard lock(mutex_);
  const auto found = contexts_.find(name);
  if (found != contexts_.end()) return found->second;
  if (!name.empty()) return nullptr;
  return contexts_[name] = std::make_shared<Context>(engine_, name);
}

Result<ContextPtr> ContextRegistry::Create(const std::string& name) {
  std::lock_guard lock(mutex_);
  ContextPtr& slot = contexts_[name];
  if (slot)
    return Diagnostic(kContextExists, fmt::format("There is a context '{}' already.", name), {},
                      "Get that one, or choose another name.");
  slot = std::make_shared<Context>(engine_, name);
  return slot;
}

bool ContextRegistry::Destroy(const std::string& name) {
  ContextPtr context;
  {
    std::lock_guard lock(mutex_);
    const auto found = contexts_.find(name);
    if (found == contexts_.end()) return false;
    context = std::move(found->second);
    contexts_.erase(found);
  }
  {
    std::lock_guard lock(context->mutex_);
    context->is_destroyed_ = true;  // first, so that nobody opens it again meanwhile
  }
  // Refused only while another thread opens or closes it; a stage opened so late is not kept.
  (void)context->Close();
  return true;
}

std::vector<std::string> ContextRegistry::GetNames() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, context] : contexts_) names.push_back(name);
  return names;
}

}  // namespace strata::context
