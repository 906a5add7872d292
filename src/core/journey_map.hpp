// The measured journey map: for each touchpoint and channel how many customers were
// there, how many went on to a later stage and how soon, where journeys end, what
// went wrong, what customers said.
//
// A cell of the map is a touchpoint on a channel (detail channel), on all channels
// (touchpoint), or a stage. Of a customer's visits to a cell the first counts: the
// customer *moved on* if an event of a later stage follows it. A journey *ends* in
// the cell of its last visit, unless that is less than `idle` before `as_of`: then it
// is still open. An answer to a survey belongs to its rule's touchpoint, or to the one
// visited last, on the channel of the visit; before any visit it is on no map.
// Events on no map have cells of their own.
//
// JourneyMap is the state of the aggregate: mergeable, and writable as bytes. Sums do
// not depend on the order, medians are exact: 8 bytes for each customer of a cell
// that moved on. O(events + cells of the journey) a journey.
#pragma once

#include <array>
#include <memory_resource>
#include <optional>
#include <vector>

#include "core/channel_codes.hpp"
#include "core/dictionary.hpp"
#include "core/exact_sum.hpp"
#include "core/local_pairs.hpp"
#include "core/node_pairs.hpp"
#include "core/pending_stages.hpp"
#include "core/stage.hpp"
#include "core/survey.hpp"

namespace journey {

inline constexpr std::uint8_t journey_map_version = 1;

enum class MapDetail : std::uint8_t { channel, touchpoint, stage };
MapDetail parse_map_detail(std::string_view word);

struct JourneyMapOptions {
    MapDetail detail = MapDetail::channel;
    Time as_of = std::numeric_limits<Time>::max();
    std::uint64_t idle = 0;  // microseconds
    bool operator==(const JourneyMapOptions&) const = default;
};

struct JourneyMapRow {
    std::optional<std::uint32_t> stage;  // from 0; none: on no map
    std::string_view stage_name;
    OptionalText touchpoint, channel;  // an event's name if on no map
    Importance importance = Importance::none;
    OptionalText owner;
    std::int64_t customers = 0, events = 0, problems = 0, problem_customers = 0;
    std::optional<double> value;                 // sum of the values of visits
    std::optional<std::int64_t> moved_on;        // none in the last stage
    std::optional<std::int64_t> median_to_next;  // microseconds
    std::optional<std::int64_t> exits, still_open;
    std::int64_t answers = 0, answers_left_out = 0;  // not on the scale, or none
    std::optional<double> nps, csat, ces;
    Kpi kpi = Kpi::none;
    std::optional<double> target, actual;
    std::optional<bool> met;
    // Customers with a problem who moved on after it, those without who moved on.
    std::optional<std::int64_t> problem_moved_on, calm_moved_on;
    // Customers of the stage who were never here, and how many of them moved on.
    std::optional<std::int64_t> rest_customers, rest_moved_on;
};

class JourneyMap {
  public:
    explicit JourneyMap(std::pmr::memory_resource& memory);

    // One customer. All calls must give the same options and map; `map_bytes` is the
    // reader's map as bytes.
    void add(const JourneyView& journey, MapReader& reader, std::span<const std::byte> map_bytes,
             const JourneyMapOptions& options);
    void merge(const JourneyMap& other);

    std::span<const std::byte> map_bytes() const { return {map_bytes_.data(), map_bytes_.size()}; }
    // By the map that was added by: its cells in its order, those that nobody visited
    // too, then what is on no map, the most frequent first. Views into this and the map.
    std::pmr::vector<JourneyMapRow> rows(const StageMap& map);

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    enum Count : std::size_t {
        customers,
        events,
        problems,
        problem_customers,
        moved_on,
        stage_moved_on,    // of these customers, after the first visit to the stage
        problem_moved_on,  // of those with a problem, after the first one
        calm_moved_on,     // of those without
        exits,
        still_open,
        values,  // visits with a value
        surveys  // from here on five counts for each kind of survey
    };
    enum SurveyCount : std::size_t {
        asked_n,
        asked_top,
        asked_bottom,
        asked_missing,
        asked_off,
        survey_counts
    };
    static constexpr std::size_t count_size = surveys + 3 * survey_counts;
    struct Cell {
        std::uint32_t from, to;  // the group and the channel
        std::array<std::uint64_t, count_size> counts;
    };
    // Groups: touchpoints by number, stages from stage_group on, names of events on no
    // map from event_group on. Channels: 0 none, else the name's code plus 1.
    static constexpr std::uint32_t stage_group = 1u << 20, event_group = 1u << 21;
    static constexpr std::uint32_t all_channels = UINT32_MAX;

    // What one customer did at one place, on the way into the cells.
    struct Seen {
        Time first = 0;
        std::optional<Time> moved;  // when
        std::uint64_t events = 0, problems = 0;
        bool problem_moved = false;  // after the first problem
        void add(const Seen& visit);
    };
    struct Place {
        std::uint32_t touchpoint = no_touchpoint, stage = 0;
        std::uint32_t cell = 0, touchpoint_cell = 0, stage_cell = 0;
    };
    struct Visit {
        Place place;
        std::uint32_t slot;  // in slots_
        bool first_here;     // of the customer's visits to the touchpoint
        Seen seen;
    };

    struct PlainCode;
    struct PlainEvent {
        std::uint32_t row, slot;
    };

    void label(const StageMap& map, std::span<const std::byte> map_bytes, const JourneyMapOptions& options);
    std::uint32_t place(std::uint32_t group, std::uint32_t channel);
    std::uint32_t visit_place(std::uint32_t touchpoint, std::uint32_t channel);
    std::uint32_t remembered(std::uint32_t& entry, std::uint32_t group, std::uint32_t channel);
    std::uint32_t channel_code(const JourneyView& journey, std::uint32_t row);
    void intern_channels(const JourneyView& journey);
    void add_placed(const JourneyView& journey, const MapReader& reader, std::span<const PlacedEvent> placed);
    void count_end_of_journey(Time last_at);
    void visit(const MapReader::Rule& rule, std::uint32_t channel, Time time);
    void reach(std::uint32_t stage, Time time);
    Place place_of(const MapReader::Rule& rule, std::uint32_t channel);
    Visit& begin_visit(const Place& place, Time time);
    const Place& slot_place(std::uint32_t slot, const MapReader::Rule& rule, std::uint32_t channel);
    bool add_plain(const JourneyView& journey, MapReader& reader);
    void unpack(const JourneyView& journey, std::uint32_t n);
    void walk_plain(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                    std::uint32_t n);
    void order_ties(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                    std::uint32_t n);
    void order_tied(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                    std::uint32_t first, std::uint32_t end);
    std::uint32_t scan_plain(std::span<const PlainCode> codes, std::uint32_t n);
    void plain_off_map(const PlainEvent& event);
    void plain_visit(const MapReader::Rule& rule, const PlainEvent& event, Time time);
    void add_plain_values(const JourneyView& journey, std::span<const MapReader::Rule* const> rules,
                          std::uint32_t n);
    void add_value(const Place& place, double value);
    void answer(const JourneyView& journey, const MapReader& reader, const PlacedEvent& event,
                std::optional<double> value);
    void count_visits();
    void count_customer(std::uint32_t cell, const Seen& seen, bool stage_moved, bool keep_length);
    void count_end(std::uint32_t cell, bool open) { ++cells_[cell].counts[open ? still_open : exits]; }
    void add_off_map(const JourneyView& journey);
    std::uint32_t off_map_cell(const JourneyView& journey, std::uint32_t code, std::uint32_t channel);
    void add_answer(Cell& cell, EventRole role, std::optional<double> value);

    JourneyMapRow row(const StageMap& map, const Cell* cell, std::uint32_t stage);
    void fill_kpi(const StageMap& map, std::uint32_t touchpoint, JourneyMapRow& row);
    std::pmr::vector<const Cell*> touchpoint_cells() const;
    OptionalText channel_name(const Cell& cell) const;
    void off_map_rows(std::pmr::vector<JourneyMapRow>& rows);

    std::pmr::memory_resource* memory_;
    bool labelled_ = false;
    JourneyMapOptions options_;
    std::pmr::vector<std::byte> map_bytes_;
    std::pmr::vector<std::uint8_t> median_kpi_;  // by touchpoint: is that its kpi?
    Dictionary channels_, events_;
    PairTable<Cell> cells_;
    std::pmr::vector<std::pmr::vector<std::int64_t>> took_;  // by cell
    std::pmr::vector<ExactSum> value_;                       // by cell
    // Places of cells, remembered: place + 1, 0 = not yet.
    std::pmr::vector<std::uint32_t> touchpoint_places_,
        channel_places_;  // touchpoint × (channel below width)
    std::array<std::uint32_t, max_stages> stage_places_{};
    std::uint32_t channel_width_ = 0;
    // Scratch for one journey.
    LocalPairs places_, off_map_;
    std::pmr::vector<Visit> visits_;  // by number in places_
    std::pmr::vector<std::uint64_t> off_map_events_;
    std::pmr::vector<std::uint32_t> last_visit_;  // by touchpoint, its visits' number + 1
    std::pmr::vector<Seen> by_touchpoint_;
    std::array<Seen, max_stages> by_stage_;
    std::array<std::uint32_t, max_stages> stage_cells_;
    ChannelCodes known_channels_;
    std::pmr::vector<std::uint32_t> channel_codes_;  // of the journey's channels
    std::pmr::vector<std::string_view> names_;       // of the journey's events, if needed
    PendingStages pending_;                          // visits that have not moved on
    std::uint32_t last_ = no_visit;                  // number of the last visit
    // Of a journey that is plain: see journey_map_plain.cpp.
    std::pmr::vector<std::uint8_t> plain_events_, plain_channels_;  // codes
    std::pmr::vector<std::uint32_t> slots_;  // touchpoint × channel code: number in visits_ + 1
    std::pmr::vector<std::uint32_t> slot_events_;
    std::pmr::vector<Place> slot_places_;  // remembered; touchpoint no_touchpoint = not yet
    std::uint32_t slot_width_ = 0;
    std::pmr::vector<std::uint32_t> tied_;  // rows that the next one has the time of
    std::pmr::vector<PlainEvent> plain_walk_;
    static constexpr std::uint32_t no_visit = UINT32_MAX;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
