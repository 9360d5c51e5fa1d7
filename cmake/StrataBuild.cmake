# How everything is compiled: language level, warnings, optimisation, sanitizers, cache and linker.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Functions may be inlined although code is position independent: none is to be replaced by another library's.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -fno-semantic-interposition -DNDEBUG")

set(STRATA_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: address,undefined or thread")
option(STRATA_COVERAGE "Instrument for llvm-cov (clang) or gcov" OFF)
option(STRATA_FUZZ "Build the fuzz targets (clang)" OFF)

add_library(strata_build_options INTERFACE)
target_compile_options(strata_build_options INTERFACE -Wall -Wextra)
if(STRATA_WARNINGS_AS_ERRORS)
  target_compile_options(strata_build_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(strata_build_options INTERFACE -Wthread-safety)
endif()
if(STRATA_SANITIZE)
  add_compile_options(-fsanitize=${STRATA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${STRATA_SANITIZE})
endif()
# Ends a test after so many seconds; what a sanitizer watches takes some twenty times as long.
function(strata_limit_test name seconds)
  if(STRATA_SANITIZE)
    math(EXPR seconds "${seconds} * 20")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${seconds})
endfunction()
if(STRATA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(STRATA_COVERAGE)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
    add_link_options(-fprofile-instr-generate)
  else()
    add_compile_options(--coverage)
    add_link_options(--coverage)
  endif()
endif()

find_program(STRATA_CCACHE ccache)
mark_as_advanced(STRATA_CCACHE)
if(STRATA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers are cached only when ccache may overlook their time stamps and macros. Paths below the sources count as
  # relative, so that a copy of the sources elsewhere (a wheel made from an sdist) finds the same objects. The locale is no part of
  # the key: Python sets LC_CTYPE for what it starts where the machine has none, and an object does not depend on it.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}"
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime,locale "${STRATA_CCACHE}")
endif()

find_program(STRATA_MOLD mold)
mark_as_advanced(STRATA_MOLD)
if(STRATA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
