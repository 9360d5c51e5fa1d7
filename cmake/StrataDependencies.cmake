# Finds what the library links: fmt, robin-map and fast_float. Each is looked for as a CMake package, then as a bare header.
# The installed package reads this file too, so that both find the same things in the same way.

include_guard(GLOBAL)

# strata_find(<package> TARGET <imported target> HEADER <header> DEBIAN <package name>)
macro(strata_find package)
  cmake_parse_arguments(_find "" "TARGET;HEADER;DEBIAN" "" ${ARGN})
  if(NOT TARGET ${_find_TARGET})
    find_package(${package} CONFIG QUIET)
  endif()
  if(NOT TARGET ${_find_TARGET})
    find_path(STRATA_${package}_INCLUDE_DIR NAMES ${_find_HEADER})
    mark_as_advanced(STRATA_${package}_INCLUDE_DIR)
    if(STRATA_${package}_INCLUDE_DIR)
      add_library(${_find_TARGET} INTERFACE IMPORTED GLOBAL)
      target_include_directories(${_find_TARGET} SYSTEM INTERFACE "${STRATA_${package}_INCLUDE_DIR}")
    endif()
  endif()
  if(NOT TARGET ${_find_TARGET})
    message(FATAL_ERROR "strata needs ${_find_HEADER} and did not find it. On Debian: apt-get install ${_find_DEBIAN}")
  endif()
endmacro()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

strata_find(fmt TARGET fmt::fmt HEADER fmt/format.h DEBIAN libfmt-dev)
get_target_property(_fmt_kind fmt::fmt TYPE)
if(_fmt_kind STREQUAL "INTERFACE_LIBRARY")
  target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
endif()
strata_find(tsl-robin-map TARGET tsl::robin_map HEADER tsl/robin_map.h DEBIAN robin-map-dev)
strata_find(FastFloat TARGET FastFloat::fast_float HEADER fast_float/fast_float.h DEBIAN libfast-float-dev)
