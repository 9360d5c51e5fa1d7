#include <CLI/CLI.hpp>

#include "tools/commands.h"

namespace strata::tool {

void AddStageOptions(CLI::App& command, StageOptions& options) {
  command.add_option("STAGE", options.root, "The root layer")->required();
  command.add_option("--session", options.session, "A layer stronger than the root layer")
      ->type_name("LAYER");
  command.add_flag_callback(
      "--no-payloads", [&options] { options.loads_payloads = false; }, "Leave payloads unloaded");
  command
      .add_option("--variant-fallback", options.variant_fallbacks,
                  "Selections to try where none is authored, best first")
      ->allow_extra_args(false)
      ->type_name("SET=NAME[,NAME...]")
      ->check([](const std::string& text) {
        const size_t equals = text.find('=');
        return equals == 0 || equals == std::string::npos ? std::string("write SET=NAME[,NAME...]")
                                                          : std::string();
      });
  command.add_option("--mute", options.muted_layers, "Compose as if this layer were empty; may be repeated")
      ->allow_extra_args(false)
      ->type_name("LAYER");
  command.add_flag_callback(
      "--held", [&options] { options.holds_values = true; }, "Hold values between time samples");
}

}  // namespace strata::tool
