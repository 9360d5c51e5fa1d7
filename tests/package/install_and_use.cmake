# Run by the test `package`: install, configure the consumer, build it, run it.

function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${ARGV}\n${said}")
  endif()
  message("${said}")
endfunction()

if(flags)
  set(flags "-fsanitize=${flags}")
endif()
file(REMOVE_RECURSE "${scratch}")
step("${CMAKE_COMMAND}" --install "${build}" --prefix "${scratch}/prefix")
step("${CMAKE_COMMAND}" -S "${source}" -B "${scratch}/build" -G Ninja "-DCMAKE_PREFIX_PATH=${scratch}/prefix"
     "-DCMAKE_CXX_COMPILER=${compiler}" "-DCMAKE_CXX_FLAGS=${flags}")
step("${CMAKE_COMMAND}" --build "${scratch}/build")
step("${scratch}/build/consumer" "${scratch}")
