// Reads all there is to read in bytes that may be no journey at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace journey::test {

// True if the bytes are a journey, as this library writes it, whose every part could be read; damage that the
// core reports is caught here, anything else (a read out of bounds) is for the
// sanitizers to see.
bool read_everything(std::span<const std::byte> bytes);

}  // namespace journey::test
