#include "strata/scene/flattening_providers.h"

#include <algorithm>
#include <atomic>
#include <limits>

#include "strata/math/matrix.h"
#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

namespace {

using MatrixHandle = Handle<const TypedSampledDataSource<Matrix4d>>;
using BoolHandle = Handle<const TypedSampledDataSource<bool>>;

bool Varies(const SampledDataSource& source) {
  constexpr double kForever = std::numeric_limits<double>::infinity();
  std::vector<double> times;
  return source.GetContributingSampleTimes(-kForever, kForever, &times);
}

// -- transforms -------------------------------------------------------------------------------------------

class MatrixProduct final : public TypedSampledDataSource<Matrix4d> {
 public:
  MatrixProduct(MatrixHandle local, MatrixHandle parent)
      : local_(std::move(local)), parent_(std::move(parent)) {}
  Matrix4d GetTypedValue(double offset) const override {
    return local_->GetTypedValue(offset) * parent_->GetTypedValue(offset);
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    const SampledDataSourceHandle both[] = {local_, parent_};
    return GetMergedContributingSampleTimes(both, start, end, times);
  }

 private:
  MatrixHandle local_, parent_;
};

// A transform as it came out at a prim. Resets are said of the prim's own; in the form of Hydra the flattened
// transform is as good as reset.
class FlattenedXform final : public ContainerDataSource {
 public:
  FlattenedXform(MatrixHandle matrix, FlattenedXformForm form, bool resets)
      : matrix_(std::move(matrix)), form_(form), resets_(resets) {}
  std::vector<Token> GetNames() const override {
    const Names& names = scene::GetNames();
    if (form_ == FlattenedXformForm::kResetStack) return {names.matrix, names.resetXformStack};
    return {names.matrix, names.resetXformStack, names.composed};
  }
  DataSourceHandle Get(Token name) const override {
    const Names& names = scene::GetNames();
    if (name == names.matrix) return matrix_;
    if (name == names.resetXformStack) return RetainBool(resets_ || form_ == FlattenedXformForm::kResetStack);
    return name == names.composed && form_ != FlattenedXformForm::kResetStack ? RetainBool(true) : nullptr;
  }
  const MatrixHandle& GetMatrix() const { return matrix_; }

 private:
  MatrixHandle matrix_;
  FlattenedXformForm form_;
  bool resets_;
};

class XformFlattening final : public FlatteningProvider {
 public:
  explicit XformFlattening(FlattenedXformForm form)
      : form_(form), unit_(MakeMatrix(Matrix4d::Identity())), identity_(Compose(unit_, false)) {}

  ContainerDataSourceHandle GetFlattenedDataSource(const FlatteningContext& context) const override {
    const Names& names = GetNames();
    const auto local =
        TypedSampledDataSource<Matrix4d>::Cast(context.input ? context.input->Get(names.matrix) : nullptr);
    const bool resets =
        context.input && GetValueAs<bool>(context.input->Get(names.resetXformStack)).value_or(false);
    if (!local && !resets) return context.parent ? context.parent : identity_;
    if (resets || !context.parent) return Compose(local ? local : unit_, resets);
    // What is above came out of this provider.
    const MatrixHandle& parent = static_cast<const FlattenedXform&>(*context.parent).GetMatrix();
    if (Varies(*local) || Varies(*parent)) return Compose(Make<const MatrixProduct>(local, parent), false);
    return Compose(MakeMatrix(local->GetTypedValue(0) * parent->GetTypedValue(0)), false);
  }

  DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(const DataSourceLocatorSet&,
                                                          const ContainerDataSourceHandle&) const override {
    return DataSourceLocatorSet::Universal();
  }

 private:
  static MatrixHandle MakeMatrix(const Matrix4d& matrix) {
    return Make<const RetainedTypedSampledDataSource<Matrix4d>>(matrix);
  }
  ContainerDataSourceHandle Compose(MatrixHandle matrix, bool resets) const {
    return Make<const FlattenedXform>(std::move(matrix), form_, resets);
  }

  FlattenedXformForm form_;
  MatrixHandle unit_;
  ContainerDataSourceHandle identity_;
};

// -- visibility -------------------------------------------------------------------------------------------

class BothVisible final : public TypedSampledDataSource<bool> {
 public:
  BothVisible(BoolHandle own, BoolHandle parent) : own_(std::move(own)), parent_(std::move(parent)) {}
  bool GetTypedValue(double offset) const override {
    return own_->GetTypedValue(offset) && parent_->GetTypedValue(offset);
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    const SampledDataSourceHandle both[] = {own_, parent_};
    return GetMergedContributingSampleTimes(both, start, end, times);
  }

 private:
  BoolHandle own_, parent_;
};

class VisibilityFlattening final : public FlatteningProvider {
 public:
  explicit VisibilityFlattening(VisibilityRule rule)
      : rule_(rule),
        visible_(RetainedContainerDataSource::New({{GetNames().visibility, RetainBool(true)}})) {}

  ContainerDataSourceHandle GetFlattenedDataSource(const FlatteningContext& context) const override {
    const Token name = GetNames().visibility;
    const auto own = TypedSampledDataSource<bool>::Cast(context.input ? context.input->Get(name) : nullptr);
    if (!own) return context.parent ? context.parent : visible_;
    if (rule_ == VisibilityRule::kNearestWins || !context.parent) return context.input;
    const auto parent = TypedSampledDataSource<bool>::Cast(context.parent->Get(name));
    if (!parent) return context.input;
    if (!Varies(*parent)) return parent->GetTypedValue(0) ? context.input : context.parent;
    return RetainedContainerDataSource::New({{name, Make<const BothVisible>(own, parent)}});
  }

  DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(const DataSourceLocatorSet&,
                                                          const ContainerDataSourceHandle&) const override {
    return DataSourceLocatorSet::Universal();
  }

 private:
  VisibilityRule rule_;
  ContainerDataSourceHandle visible_;
};

// -- purposes ---------------------------------------------------------------------------------------------

class PurposeFlattening final : public FlatteningProvider {
 public:
  explicit PurposeFlattening(PurposeRule rule)
      : rule_(rule),
        geometry_(RetainedContainerDataSource::New({{GetNames().purpose, Retain(GetNames().geometry)}})) {}

  ContainerDataSourceHandle GetFlattenedDataSource(const FlatteningContext& context) const override {
    const Names& names = GetNames();
    if (context.input && context.input->Get(names.purpose)) return context.input;
    if (context.parent && (rule_ == PurposeRule::kAlways ||
                           GetValueAs<bool>(context.parent->Get(names.inheritable)).value_or(false)))
      return context.parent;
    const DataSourceHandle fallback = context.input ? context.input->Get(names.fallback) : nullptr;
    return fallback ? RetainedContainerDataSource::New({{names.purpose, fallback}}) : geometry_;
  }

  DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(const DataSourceLocatorSet&,
                                                          const ContainerDataSourceHandle&) const override {
    return DataSourceLocatorSet::Universal();
  }

 private:
  PurposeRule rule_;
  ContainerDataSourceHandle geometry_;
};

// -- primvars ---------------------------------------------------------------------------------------------

bool IsConstant(const DataSourceHandle& primvar) {
  const Names& names = GetNames();
  return GetValueAs<Token>(ContainerDataSource::Cast(primvar), names.interpolation) == names.constant;
}

// Reads its prim's own container anew each time, so that a change of one primvar leaves it as it is.
class FlattenedPrimvars final : public InvalidatableContainerDataSource {
 public:
  FlattenedPrimvars(ContainerDataSourceHandle own, ContainerDataSourceHandle inherited)
      : own_(std::move(own)), inherited_(std::move(inherited)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names = own_ ? own_->GetNames() : std::vector<Token>();
    if (inherited_)
      for (Token name : inherited_->GetNames())
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    if (own_)
      if (DataSourceHandle primvar = own_->Get(name)) return primvar;
    return inherited_ ? inherited_->Get(name) : nullptr;
  }
  // Nothing is kept: whether what is inherited changed matters, since those below inherit it from here.
  bool Invalidate(const DataSourceLocatorSet& locators) const override {
    return std::ranges::any_of(locators, [this](const DataSourceLocator& locator) {
      const Token name = locator.GetFirstElement();
      return locator.IsEmpty() || !own_ || !own_->Get(name);
    });
  }
  // Whether the prims below may inherit a primvar of this name from this prim, or did before.
  bool HandsOn(Token name) const {
    const DataSourceHandle own = own_ ? own_->Get(name) : nullptr;
    return !own || IsConstant(own) || (handed_on_.load(std::memory_order_relaxed) & GetMark(name));
  }
  void NoteHandedOn(Token name) const {
    const uint64_t mark = GetMark(name);
    if (!(handed_on_.load(std::memory_order_relaxed) & mark))
      handed_on_.fetch_or(mark, std::memory_order_relaxed);
  }
  bool HasOwn() const { return own_ != nullptr; }
  const ContainerDataSourceHandle& GetInherited() const { return inherited_; }

 private:
  // Names share marks: a name that was never handed on may count as one that was.
  static uint64_t GetMark(Token name) { return uint64_t{1} << (std::hash<Token>()(name) & 63); }
  ContainerDataSourceHandle own_, inherited_;
  mutable std::atomic<uint64_t> handed_on_{0};
};

// Those primvars of a prim that the prims below inherit.
class InheritablePrimvars final : public ContainerDataSource {
 public:
  explicit InheritablePrimvars(Handle<const FlattenedPrimvars> all) : all_(std::move(all)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names = all_->GetNames();
    std::erase_if(names, [this](Token name) { return !Get(name); });
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle primvar = all_->Get(name);
    if (!IsConstant(primvar)) return nullptr;
    all_->NoteHandedOn(name);
    return primvar;
  }

 private:
  Handle<const FlattenedPrimvars> all_;
};

class PrimvarsFlattening final : public FlatteningProvider {
 public:
  ContainerDataSourceHandle GetFlattenedDataSource(const FlatteningContext& context) const override {
    ContainerDataSourceHandle inherited;
    if (context.parent) {
      // Prims without primvars of their own hand on what they inherit as it is.
      const auto* parent = static_cast<const FlattenedPrimvars*>(context.parent.Get());
      inherited = parent->HasOwn() ? Make<const InheritablePrimvars>(Handle<const FlattenedPrimvars>(parent))
                                   : parent->GetInherited();
    }
    return Make<const FlattenedPrimvars>(context.input, std::move(inherited));
  }

  DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(
      const DataSourceLocatorSet& locators, const ContainerDataSourceHandle& flattened) const override {
    const Names& names = GetNames();
    for (const DataSourceLocator& locator : locators)
      if (locator.IsEmpty() || locator.GetLastElement() == GetContainerSentinel() ||
          (locator.GetElementCount() > 1 && locator.GetElement(1) == names.interpolation))
        return DataSourceLocatorSet::Universal();
    if (!flattened) return locators;
    DataSourceLocatorSet inherited;
    for (const DataSourceLocator& locator : locators)
      if (static_cast<const FlattenedPrimvars&>(*flattened).HandsOn(locator.GetFirstElement()))
        inherited.Append(locator);
    return inherited;
  }
};

// -- data laid over each other ------------------------------------------------------------------------------

class OverlayFlattening final : public FlatteningProvider {
 public:
  ContainerDataSourceHandle GetFlattenedDataSource(const FlatteningContext& context) const override {
    return OverlayContainerDataSource::New(context.input, context.parent);
  }
  DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(const DataSourceLocatorSet&,
                                                          const ContainerDataSourceHandle&) const override {
    return DataSourceLocatorSet::Universal();
  }
};

}  // namespace

FlatteningProviderPtr MakeXformFlattening(FlattenedXformForm form) {
  return std::make_shared<XformFlattening>(form);
}
FlatteningProviderPtr MakeVisibilityFlattening(VisibilityRule rule) {
  return std::make_shared<VisibilityFlattening>(rule);
}
FlatteningProviderPtr MakePurposeFlattening(PurposeRule rule) {
  return std::make_shared<PurposeFlattening>(rule);
}
FlatteningProviderPtr MakePrimvarsFlattening() {
  return std::make_shared<PrimvarsFlattening>();
}
FlatteningProviderPtr MakeOverlayFlattening() {
  return std::make_shared<OverlayFlattening>();
}

}  // namespace strata::scene
