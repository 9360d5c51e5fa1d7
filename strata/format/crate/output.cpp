#include "strata/format/crate/output.h"

#include <utility>

namespace strata::format::crate {

void Output::Send(std::string_view bytes) {
  if (status_) status_ = file_->Write(bytes);
  flushed_ += bytes.size();
}

void Output::Flush() {
  Send(out_);
  out_.clear();
}

Result<void> Output::Finish(uint64_t offset, std::string_view bytes) {
  if (!file_) {
    out_.replace(offset, bytes.size(), bytes);
    return {};
  }
  Flush();
  if (status_) status_ = file_->WriteAt(offset, bytes);
  return std::move(status_);
}

}  // namespace strata::format::crate
