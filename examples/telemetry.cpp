// Copyright the Pricetag authors. Licensed under the Apache License, Version 2.0.
//
// Readings of a sensor, to try Pricetag on. Each function has another cost. Change one, save, and see what its
// forecast does: `mean` holds one number at a time, so a table of all pairs in it is a memory regression that
// Pricetag warns about.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

// Needs no memory of its own.
double mean(const std::vector<double>& readings) {
    double reading_sum = 0;
    for (double reading : readings) {
        reading_sum += reading;
    }
    return readings.empty() ? 0 : reading_sum / static_cast<double>(readings.size());
}

// A handful of steps in a sorted list.
bool contains(const std::vector<int>& sorted_ids, int wanted) {
    return std::binary_search(sorted_ids.begin(), sorted_ids.end(), wanted);
}

// A new list, as long as the old one.
std::vector<double> smoothed(const std::vector<double>& readings) {
    std::vector<double> result;
    for (std::size_t i = 0; i < readings.size(); ++i) {
        double before = readings[i > 0 ? i - 1 : i];
        double after = readings[i + 1 < readings.size() ? i + 1 : i];
        result.push_back((before + readings[i] + after) / 3);
    }
    return result;
}

// Sorts its own copy of the list.
double median(std::vector<double> readings) {
    if (readings.empty()) {
        return 0;
    }
    std::sort(readings.begin(), readings.end());
    return readings[readings.size() / 2];
}

// Grows with the number of different sensors.
std::map<std::string, int> count_by_sensor(const std::vector<std::string>& sensors) {
    std::map<std::string, int> counts;
    for (const std::string& sensor : sensors) {
        ++counts[sensor];
    }
    return counts;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += line;
        text += '\n';
    }
    return text;
}

// Time and memory grow with the square of the list.
std::vector<std::vector<double>> distances(const std::vector<double>& readings) {
    std::vector<std::vector<double>> table;
    for (double first : readings) {
        std::vector<double> row;
        for (double second : readings) {
            row.push_back(std::abs(first - second));
        }
        table.push_back(row);
    }
    return table;
}

// As slow as `distances`, but holds one distance at a time.
double largest_distance(const std::vector<double>& readings) {
    double largest = 0;
    for (std::size_t i = 0; i < readings.size(); ++i) {
        for (std::size_t j = i + 1; j < readings.size(); ++j) {
            largest = std::max(largest, std::abs(readings[i] - readings[j]));
        }
    }
    return largest;
}

class Recorder {
public:
    void record(double time, double value) { entries_.emplace_back(time, value); }

    std::vector<double> values_after(double time) const {
        std::vector<double> values;
        for (const auto& entry : entries_) {
            if (entry.first > time) {
                values.push_back(entry.second);
            }
        }
        return values;
    }

private:
    std::vector<std::pair<double, double>> entries_;
};
