# Installs the library, its headers, the tool and the package that find_package(strata) finds.

include(CMakePackageConfigHelpers)

if(NOT TARGET strata)
  return()
endif()

set(strata_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/strata")

install(TARGETS strata EXPORT strata_targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/strata" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
install(EXPORT strata_targets NAMESPACE strata:: DESTINATION "${strata_package_dir}")
if(TARGET strata_tool)
  install(TARGETS strata_tool RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/strataConfig.cmake.in" "${PROJECT_BINARY_DIR}/strataConfig.cmake"
  INSTALL_DESTINATION "${strata_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/strataConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/strataConfig.cmake" "${PROJECT_BINARY_DIR}/strataConfigVersion.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/StrataDependencies.cmake"
  DESTINATION "${strata_package_dir}")
