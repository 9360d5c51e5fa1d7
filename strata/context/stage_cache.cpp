#include "strata/context/stage_cache.h"

#include <atomic>
#include <charconv>

namespace strata::context {

namespace {

// As in OpenUSD, so that an id is not taken for a count or an index.
constexpr int64_t kFirstId = 9223001;

int64_t MakeId() {
  static std::atomic<int64_t> next{kFirstId};
  return next.fetch_add(1, std::memory_order_relaxed);
}

bool Matches(const stage::Stage& stage, const StageCache::Match& match) {
  if (match.root && stage.GetRootLayer() != match.root) return false;
  if (match.session && stage.GetSessionLayer() != *match.session) return false;
  return !match.resolver_context || stage.GetPathResolverContext() == *match.resolver_context;
}

}  // namespace

StageCache::Id StageCache::Id::FromString(const std::string& text) {
  int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? Id(value) : Id();
}

StageCache::Id StageCache::Insert(stage::StagePtr stage) {
  if (!stage) return {};
  std::lock_guard lock(mutex_);
  for (const auto& [id, known] : stages_)
    if (known == stage) return Id::FromLongInt(id);
  const int64_t id = MakeId();
  stages_.emplace(id, std::move(stage));
  return Id::FromLongInt(id);
}

stage::StagePtr StageCache::Find(Id id) const {
  std::lock_guard lock(mutex_);
  const auto found = stages_.find(id.ToLongInt());
  return found == stages_.end() ? nullptr : found->second;
}

stage::StagePtr StageCache::FindOneMatching(const Match& match) const {
  std::lock_guard lock(mutex_);
  for (const auto& [id, stage] : stages_)
    if (Matches(*stage, match)) return stage;
  return nullptr;
}

std::vector<stage::StagePtr> StageCache::FindAllMatching(const Match& match) const {
  std::lock_guard lock(mutex_);
  std::vector<stage::StagePtr> stages;
  for (const auto& [id, stage] : stages_)
    if (Matches(*stage, match)) stages.push_back(stage);
  return stages;
}

std::vector<stage::StagePtr> StageCache::GetAllStages() const {
  return FindAllMatching({});
}

StageCache::Id StageCache::GetId(const stage::StagePtr& stage) const {
  std::lock_guard lock(mutex_);
  for (const auto& [id, known] : stages_)
    if (known == stage) return Id::FromLongInt(id);
  return {};
}

size_t StageCache::GetSize() const {
  std::lock_guard lock(mutex_);
  return stages_.size();
}

stage::StagePtr StageCache::Take(Id id) {
  std::lock_guard lock(mutex_);
  const auto found = stages_.find(id.ToLongInt());
  if (found == stages_.end()) return nullptr;
  stage::StagePtr stage = std::move(found->second);
  stages_.erase(found);
  return stage;
}

void StageCache::PutBack(Id id, stage::StagePtr stage) {
  std::lock_guard lock(mutex_);
  if (stage) stages_.emplace(id.ToLongInt(), std::move(stage));
}

bool StageCache::Erase(Id id) {
  return Take(id) != nullptr;
}

bool StageCache::Erase(const stage::StagePtr& stage) {
  return Erase(GetId(stage));
}

size_t StageCache::EraseAll(const Match& match) {
  std::vector<stage::StagePtr> erased;  // end when the lock is gone
  std::lock_guard lock(mutex_);
  std::erase_if(stages_, [&](auto& entry) {
    if (!Matches(*entry.second, match)) return false;
    erased.push_back(std::move(entry.second));
    return true;
  });
  return erased.size();
}

void StageCache::Clear() {
  std::map<int64_t, stage::StagePtr> stages;
  {
    std::lock_guard lock(mutex_);
    stages.swap(stages_);
  }
}

void StageCache::SetDebugName(std::string name) {
  std::lock_guard lock(mutex_);
  debug_name_ = std::move(name);
}
std::string StageCache::GetDebugName() const {
  std::lock_guard lock(mutex_);
  return debug_name_;
}

// -- contexts --

StageCacheContext& StageCacheContext::Bind(StageCache& cache, Use use) {
  bindings_.insert(bindings_.begin(), {&cache, true, use == Use::kReadWrite});
  return *this;
}

StageCacheContext& StageCacheContext::Add(Block block) {
  for (Binding& binding : bindings_) {
    binding.is_written = false;
    if (block == Block::kCaches) binding.is_read = false;
  }
  return *this;
}

Result<stage::StagePtr> StageCacheContext::Open(const Engine& engine, const std::string& path,
                                                stage::OpenOptions options, Diagnostics& diagnostics) const {
  const bool is_whole = options.population_mask.IsAll() && !options.load_rules;
  if (is_whole && !bindings_.empty()) {
    StageCache::Match match;
    Diagnostics unheard;  // opening the stage says the same
    match.root = engine.OpenLayer(path, {}, unheard);
    if (options.session)
      match.session = options.session;
    else if (options.session_layer == stage::OpenOptions::Session::kNone)
      match.session = nullptr;
    match.resolver_context = options.resolver_context;
    for (const Binding& binding : bindings_) {
      stage::StagePtr known = match.root && binding.is_read ? binding.cache->FindOneMatching(match) : nullptr;
      if (known) return known;
    }
  }
  Result<stage::StagePtr> opened = engine.OpenStage(path, std::move(options), diagnostics);
  if (!opened || !is_whole) return opened;
  for (const Binding& binding : bindings_)
    if (binding.is_written) (void)binding.cache->Insert(*opened);
  return opened;
}

}  // namespace strata::context
