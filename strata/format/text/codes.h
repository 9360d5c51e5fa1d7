// The diagnostics that reading usda text reports.
#pragma once

#include "strata/base/diagnostic.h"

namespace strata::format::text {

inline constexpr DiagnosticCode kTextHeader{"text.header", Severity::kError,
                                            "A file does not begin as usda text does."};
inline constexpr DiagnosticCode kTextVersion{"text.version", Severity::kError,
                                             "A usda version is not one that can be read."};
inline constexpr DiagnosticCode kTextSyntax{"text.syntax", Severity::kError,
                                            "A statement does not follow the usda grammar."};
inline constexpr DiagnosticCode kTextUnterminated{"text.unterminated", Severity::kError,
                                                  "A string, comment, asset path or block is not closed."};
inline constexpr DiagnosticCode kTextEncoding{"text.encoding", Severity::kError,
                                              "A byte sequence is not UTF-8."};
inline constexpr DiagnosticCode kTextTruncated{"text.truncated", Severity::kError,
                                               "A file became shorter while it was read."};
inline constexpr DiagnosticCode kTextValue{"text.value", Severity::kError,
                                           "A value does not fit its declared type."};
inline constexpr DiagnosticCode kTextShape{
    "text.shape", Severity::kError,
    "A value has the wrong number of components, or is a list where none is declared."};
inline constexpr DiagnosticCode kTextType{"text.type", Severity::kError,
                                          "A type name is unknown where a known one is needed."};
inline constexpr DiagnosticCode kTextPath{"text.path", Severity::kError,
                                          "A path is malformed or of a kind not allowed in its place."};
inline constexpr DiagnosticCode kTextName{"text.name", Severity::kError,
                                          "A prim, variant or child name is not allowed."};
inline constexpr DiagnosticCode kTextAssetPath{
    "text.asset-path", Severity::kError,
    "An asset path is empty where it must not be, or holds control characters."};
inline constexpr DiagnosticCode kTextDuplicatePrim{"text.duplicate-prim", Severity::kError,
                                                   "A prim is written twice in one layer."};
inline constexpr DiagnosticCode kTextDuplicateItem{"text.duplicate-item", Severity::kError,
                                                   "A list holds an item twice."};
inline constexpr DiagnosticCode kTextConflict{
    "text.conflict", Severity::kError, "A property is written again with another type or variability."};
inline constexpr DiagnosticCode kTextField{"text.field", Severity::kError,
                                           "A metadata field cannot be written in this way."};
inline constexpr DiagnosticCode kTextSpline{"text.spline", Severity::kError,
                                            "A spline is not allowed or malformed."};
inline constexpr DiagnosticCode kTextArrayEdit{"text.array-edit", Severity::kError,
                                               "An array edit is not allowed or malformed."};

}  // namespace strata::format::text
