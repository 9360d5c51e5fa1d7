#include "strata/format/formats.h"

#include "strata/format/crate/crate.h"
#include "strata/format/package/package.h"
#include "strata/format/text/text.h"

namespace strata::format {

std::vector<std::shared_ptr<const layer::FileFormat>> MakeFormats() {
  std::vector<std::shared_ptr<const layer::FileFormat>> formats{text::MakeUsdaFormat(),
                                                                crate::MakeUsdcFormat()};
  formats.push_back(package::MakeUsdzFormat(formats));
  return formats;
}

}  // namespace strata::format
