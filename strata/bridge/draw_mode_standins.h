// What is drawn in place of a model: curves along its axes or around it, or a mesh of cards with their
// materials.   (UsdImaging_DrawModeStandin)
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "strata/math/matrix.h"
#include "strata/scene/scene_index.h"

namespace strata::bridge {

// Faces of a box, in the order in which models name their pictures: +X, +Y, +Z, -X, -Y, -Z.
inline constexpr size_t kBoxFaces = 6;
struct CardFace {
  bool is_drawn = false;
  bool has_picture = false;  // of its own; a drawn face without one shows that of the opposite face, if any
  std::optional<Matrix4d> from_screen;  // where the picture itself says how it lies, to the model's space
  friend bool operator==(const CardFace&, const CardFace&) = default;
};

// Which prims stand in for a model. Models with the same form have the same prims, and differ in what these
// say.
struct StandinForm {
  Token mode;                             // "origin", "bounds", "cards"
  std::array<CardFace, kBoxFaces> faces;  // of cards
  // Whether cards lie as their pictures say.
  bool IsFromTexture() const;
  friend bool operator==(const StandinForm&, const StandinForm&) = default;
};

// From the model's space to that of a picture's screen, from (-1, -1) to (1, 1), as the file says; nothing
// where it does not.
using PictureMatrixReader = std::function<std::optional<Matrix4d>(const AssetPath&)>;

// `model` is the flattened data of the replaced prim, `up_axis` the scene's, empty where it is not known.
// Null `read_matrix`: no picture says how it lies.
StandinForm FindStandinForm(Token mode, const scene::ContainerDataSourceHandle& model, Token up_axis,
                            const PictureMatrixReader& read_matrix);

// The prims of a form with their types, parents first; paths relative to the model.
std::vector<std::pair<Path, Token>> ListStandinPrims(const StandinForm& form);

// One of them, for the model at `path`. What it says is read from `model` when it is asked for.
scene::ScenePrim MakeStandin(const StandinForm& form, Path path,
                             const scene::ContainerDataSourceHandle& model, Path relative);

// What changes of the model's data mean for each of the prims: of those that change something.
std::vector<std::pair<Path, scene::DataSourceLocatorSet>> TranslateForStandin(
    const StandinForm& form, const scene::DataSourceLocatorSet& locators);

}  // namespace strata::bridge
