// A summary's codes of a journey's channels, remembered by their names: customers of one
// shop have the same few sets of channels.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/name_cache.hpp"

namespace journey {

class ChannelCodes {
  public:
    explicit ChannelCodes(std::pmr::memory_resource& memory) : tables_(memory), many_(&memory) {}

    // By the journey's code; intern(name) gives the summary's. Good until the next call.
    template <class Intern>
    std::span<const std::uint32_t> get(const Names& names, Intern intern) {
        if (names.size() == 0) return {};
        if (names.size() <= most) {
            const Table& table = tables_.get(names, [&](Table& made) {
                std::uint32_t count = 0;
                for (std::string_view name : names) {
                    if (count == most) fail_corrupted("names");
                    made.code[count++] = intern(name);
                }
                if (count != names.size()) fail_corrupted("names");
            });
            return {table.code, names.size()};
        }
        many_.clear();
        for (std::string_view name : names) many_.push_back(intern(name));
        if (many_.size() != names.size()) fail_corrupted("names");
        return many_;
    }

  private:
    static constexpr std::uint32_t most = 256;
    struct Table {
        std::uint32_t code[most];
    };
    NameCache<Table> tables_;
    std::pmr::vector<std::uint32_t> many_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
