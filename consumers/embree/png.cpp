#include "consumers/embree/png.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace strata::embree {

namespace {

unsigned char Quantize(float linear) {
  if (!(linear > 0)) return 0;
  const double value = std::min(static_cast<double>(linear), 1.0);
  const double curve = value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
  return static_cast<unsigned char>(std::lround(curve * 255));
}

Diagnostic Fail(const char* why) {
  return {render::kPictureBad, std::string("The picture cannot be written as PNG: ") + why + "."};
}

}  // namespace

Result<std::string> EncodePng(const render::Picture& picture) {
  if (picture.channels != 3 && picture.channels != 4) return Fail("it has neither three nor four channels");
  const bool has_alpha = picture.channels == 4;
  std::vector<unsigned char> bytes(picture.values.size());
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = has_alpha && i % 4 == 3
                   ? static_cast<unsigned char>(std::lround(std::clamp(picture.values[i], 0.0f, 1.0f) * 255))
                   : Quantize(picture.values[i]);
  png_image image;
  std::memset(&image, 0, sizeof(image));
  image.version = PNG_IMAGE_VERSION;
  image.width = picture.width;
  image.height = picture.height;
  image.format = has_alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string encoded(size, '\0');
  if (!png_image_write_to_memory(&image, encoded.data(), &size, 0, bytes.data(), 0, nullptr))
    return Fail(image.message);
  encoded.resize(size);
  return encoded;
}

}  // namespace strata::embree
