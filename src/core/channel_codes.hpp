// A summary's codes of a journey's channels. Journeys have too many sets of channels to
// remember the sets, but few channels.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/name_codes.hpp"

namespace journey {

class ChannelCodes {
  public:
    explicit ChannelCodes(std::pmr::memory_resource& memory) : known_(memory), codes_(&memory) {}

    // By the journey's code; intern(name) gives the summary's. Good until the next call.
    template <class Intern>
    std::span<const std::uint32_t> get(const Names& names, Intern intern) {
        const std::uint32_t count = names.size();
        if (count == 0) return {};
        if (codes_.size() < count) codes_.resize(count);
        std::uint32_t* to = codes_.data();
        std::uint32_t found = 0;
        for (std::string_view name : names) {
            if (found == count) fail_corrupted("names");
            to[found++] = known_.get(name, intern);
        }
        if (found != count) fail_corrupted("names");
        return {to, count};
    }

  private:
    NameCodes known_;
    std::pmr::vector<std::uint32_t> codes_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
