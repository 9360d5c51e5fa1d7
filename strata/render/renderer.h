// What renderers are to those who draw with them, and the registry of those there are.
// (HdRendererPlugin, HdRenderDelegate)
//
// A renderer is fed by the last scene index of a chain: it watches the scene it is given, and draws it as it
// is when a picture is asked for.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/base/executor.h"
#include "strata/base/result.h"
#include "strata/render/camera.h"
#include "strata/scene/scene_index.h"

namespace strata::render {

inline constexpr DiagnosticCode kRendererUnusable{"render.renderer-unusable", Severity::kError,
                                                  "A renderer cannot be used."};
inline constexpr DiagnosticCode kPictureBad{"render.picture-bad", Severity::kError,
                                            "A picture cannot be made as it is asked for."};

using RenderSettings = std::map<std::string, Value, std::less<>>;

// Rows from the top, pixels from the left, channels beside each other.
struct Picture {
  uint32_t width = 0, height = 0, channels = 0;
  std::vector<float> values;
  const float* GetPixel(uint32_t x, uint32_t y) const {
    return values.data() + (size_t{y} * width + x) * channels;
  }
};

struct RenderRequest {
  CameraView camera;  // of the shape of the picture
  uint32_t width = 640, height = 480;
  std::vector<std::string> outputs = {"color"};
  RenderSettings settings;  // those that are not named are as the plugin says
  // Told now and then how much is done, from 0 to 1, by one thread at a time; false ends the work. May be
  // null.
  std::function<bool(double done)> progress;
};

// Pictures by output. Not complete where the work was ended: what is missing is black.
struct RenderResult {
  std::map<std::string, Picture, std::less<>> outputs;
  bool is_complete = true;
};

// One at a time: for one thread, while the scene does not change.
class Renderer {
 public:
  virtual ~Renderer() = default;
  // Watches this scene from now on; null: none. What is held of the one before is let go.
  virtual void SetScene(scene::SceneIndexPtr scene) = 0;
  // A view of all there is, of this shape.
  virtual CameraView Frame(double aspect_ratio, Diagnostics& remarks) = 0;
  // The same scene and request give the same picture, on any number of threads.
  virtual Result<RenderResult> Render(const RenderRequest& request, Diagnostics& remarks) = 0;
};

struct RenderSetting {
  std::string name, about;
  Value fallback;  // of the type that the setting has
};

struct RenderOutput {
  std::string name, about;
  uint32_t channels = 1;
};

// What a renderer says of itself before it is made.
struct RendererPlugin {
  std::string name;  // unique in its registry
  std::string about;
  std::vector<Token> prim_types;       // that it draws or heeds; others it does not look at
  std::vector<Token> render_contexts;  // of materials, the one it looks for first; "" is for all renderers
  std::vector<std::string> resolving;  // the resolving scene indices it wants before it, by name
  std::vector<RenderSetting> settings;
  std::vector<RenderOutput> outputs;
  // The executor outlives what is made.
  std::function<Result<std::unique_ptr<Renderer>>(Executor& executor)> make;

  const RenderSetting* FindSetting(std::string_view setting) const;  // null: there is none
  const RenderOutput* FindOutput(std::string_view output) const;
};

// The settings with what the plugin says of those that are not given; in error where one is not the plugin's,
// or cannot be what it is there.
Result<RenderSettings> CompleteSettings(const RendererPlugin& plugin, const RenderSettings& given);

// By name. For one thread while plugins are added; after that for any number.
class RendererRegistry {
 public:
  // In error without a name or a way to make it, or when the name is taken.
  Result<void> Add(RendererPlugin plugin);
  const RendererPlugin* Find(std::string_view name) const;  // null: there is none
  std::vector<const RendererPlugin*> GetAll() const;        // in the order of their names

 private:
  std::map<std::string, RendererPlugin, std::less<>> plugins_;
};

}  // namespace strata::render
