// The map as a picture: a column for each stage, a card for each touchpoint and channel.
#include <algorithm>

#include "core/document_text.hpp"
#include "core/map_export.hpp"

namespace journey {

namespace {

constexpr int margin = 24, column = 220, gap = 16, card = 92, head = 96, stage_head = 44;

class Svg {
  public:
    explicit Svg(std::pmr::memory_resource& memory) : out_(&memory) {}

    void raw(std::string_view text) { out_.append(text); }
    void number(std::int64_t value) { append_number(out_, value); }

    void rect(int x, int y, int width, int height, const char* style) {
        raw("<rect x=\"");
        number(x);
        raw("\" y=\"");
        number(y);
        raw("\" width=\"");
        number(width);
        raw("\" height=\"");
        number(height);
        raw("\" ");
        raw(style);
        raw("/>\n");
    }
    void begin_text(int x, int y, const char* style) {
        raw("<text x=\"");
        number(x);
        raw("\" y=\"");
        number(y);
        raw("\" ");
        raw(style);
        raw(">");
    }
    void end_text() { raw("</text>\n"); }
    // A name, cut if it is too long for so many pixels of this font.
    void name(std::string_view text, int pixels, double font) {
        bool cut = false;
        append_xml(out_, fitting(text, pixels / font, cut));
        if (cut) raw("…");
    }
    void whole(std::string_view text) { append_xml(out_, text); }
    void percent(double share) { append_percent(out_, share); }
    Document take() { return std::move(out_); }

  private:
    Document out_;
};

struct Column {
    int stage_no;
    std::string_view stage;
    int cards = 0;
};

void draw_card(Svg& svg, const MapCell& cell, int x, int y) {
    const bool missed = cell.met == false, unseen = cell.customers == 0;
    svg.raw("<g class=\"touchpoint\"><title>");
    svg.whole(cell.touchpoint.value_or(cell.stage));
    if (cell.channel) {
        svg.raw(" · ");
        svg.whole(*cell.channel);
    }
    if (cell.owner) {
        svg.raw(", ");
        svg.whole(*cell.owner);
    }
    svg.raw("</title>\n");
    svg.rect(x, y, column, card,
             missed   ? "rx=\"6\" fill=\"#ffebee\" stroke=\"#c62828\" stroke-width=\"2\""
             : unseen ? "rx=\"6\" fill=\"#fafafa\" stroke=\"#b0bec5\" stroke-dasharray=\"4 3\""
                      : "rx=\"6\" fill=\"#ffffff\" stroke=\"#607d8b\"");
    svg.begin_text(x + 10, y + 20, "font-size=\"14\" font-weight=\"bold\"");
    svg.name(cell.touchpoint.value_or(cell.stage), column - 20, 15.4);  // bold is wider
    svg.end_text();
    svg.begin_text(x + 10, y + 37, "font-size=\"11\" fill=\"#546e7a\"");
    svg.name(cell.channel.value_or(""), cell.owner ? 90 : column - 20, 11);
    if (cell.channel && cell.owner) svg.raw(" · ");
    svg.name(cell.owner.value_or(""), cell.channel ? column - 125 : column - 20, 11);
    svg.end_text();
    svg.begin_text(x + 10, y + 55, "font-size=\"12\"");
    svg.number(cell.customers);
    svg.raw(cell.customers == 1 ? " customer" : " customers");
    if (cell.problem_customers > 0) {
        svg.raw(", ");
        svg.number(cell.problem_customers);
        svg.raw(" with a problem");
    }
    svg.end_text();
    if (cell.conversion) {
        svg.rect(x + 10, y + 62, column - 20, 6, "fill=\"#eceff1\"");
        const double share = std::clamp(*cell.conversion, 0.0, 1.0);
        svg.rect(x + 10, y + 62, static_cast<int>(std::lround(share * (column - 20))), 6, "fill=\"#43a047\"");
    }
    svg.begin_text(x + 10, y + 83, "font-size=\"11\" fill=\"#546e7a\"");
    if (cell.conversion) {
        svg.percent(*cell.conversion);
        svg.raw(" move on");
    }
    if (cell.exit_rate) {
        if (cell.conversion) svg.raw(", ");
        svg.percent(*cell.exit_rate);
        svg.raw(" end here");
    }
    svg.end_text();
    svg.raw("</g>\n");
}

}  // namespace

Document svg_journey_map(const MapDrawing& drawing, std::pmr::memory_resource& memory) {
    std::pmr::vector<Column> columns(&memory);
    std::int64_t off_events = 0, off_names = 0;
    for (const MapCell& cell : drawing.cells) {
        if (!cell.stage_no) {
            off_events += cell.events;
            ++off_names;
            continue;
        }
        if (columns.empty() || columns.back().stage_no != *cell.stage_no)
            columns.push_back({*cell.stage_no, cell.stage, 0});
        ++columns.back().cards;
    }
    int rows = 0;
    for (const Column& each : columns) rows = std::max(rows, each.cards);
    const auto stages = static_cast<int>(columns.size());
    const int width = 2 * margin + std::max(2 * column, stages * (column + gap) - gap);
    const int height = head + stage_head + rows * (card + gap) + 2 * margin;
    Svg svg(memory);
    svg.raw("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"");
    svg.number(width);
    svg.raw("\" height=\"");
    svg.number(height);
    svg.raw("\" viewBox=\"0 0 ");
    svg.number(width);
    svg.raw(" ");
    svg.number(height);
    svg.raw("\" role=\"img\" font-family=\"sans-serif\" fill=\"#263238\">\n<title>");
    svg.whole(drawing.title);
    svg.raw("</title>\n");
    svg.rect(0, 0, width, height, "fill=\"#f5f7f8\"");
    svg.begin_text(margin, margin + 26, "font-size=\"22\" font-weight=\"bold\"");
    svg.name(drawing.title, width - 2 * margin, 24.2);
    svg.end_text();
    int x = margin;
    std::size_t at = 0;
    for (const Column& each : columns) {
        svg.raw("<g class=\"stage\">\n");
        svg.rect(x, head - 24, column, 36, "rx=\"6\" fill=\"#37474f\"");
        svg.begin_text(x + 12, head, "font-size=\"15\" font-weight=\"bold\" fill=\"#ffffff\"");
        svg.name(each.stage, column - 24, 16.5);
        svg.end_text();
        int y = head + stage_head - 16;
        for (int drawn = 0; drawn < each.cards; ++at) {
            if (!drawing.cells[at].stage_no) continue;
            draw_card(svg, drawing.cells[at], x, y);
            y += card + gap;
            ++drawn;
        }
        svg.raw("</g>\n");
        x += column + gap;
    }
    svg.begin_text(margin, height - margin, "font-size=\"12\" fill=\"#546e7a\"");
    if (columns.empty()) {
        svg.raw("The map is empty.");
    } else if (off_names > 0) {
        svg.number(off_events);
        svg.raw(off_events == 1 ? " event" : " events");
        svg.raw(" not on the map, of ");
        svg.number(off_names);
        svg.raw(off_names == 1 ? " kind." : " kinds.");
    } else {
        svg.raw("Every event is on the map.");
    }
    svg.end_text();
    svg.raw("</svg>\n");
    return svg.take();
}

}  // namespace journey
