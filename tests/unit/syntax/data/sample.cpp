// Real shapes of C++ in one file, for tests of layout.
namespace shapes {

template <typename T, int N = 3>
class Ring : public Base<T> {
 public:
  explicit Ring(std::size_t capacity) : data_(capacity), head_{0}, size_{0} {}
  Ring(const Ring&) = default;
  ~Ring() noexcept {}

  bool push(const T& value) {
    if (size_ == data_.size()) return false;  // full
    data_[(head_ + size_++) % data_.size()] = value;
    return true;
  }

  T& operator[](std::size_t i) { return data_[(head_ + i) % data_.size()]; }
  explicit operator bool() const { return size_ != 0; }
  bool operator()(int a, const int* b = nullptr) const { return this->push<int>(a) && *b; }
  friend std::ostream& operator<<(std::ostream& out, const Ring& ring) {
    for (std::size_t i = 0; i < ring.size_; ++i) out << ring.data_[i] << "a" << ' ';
    return out;
  }

 private:
  std::vector<T> data_;
  std::size_t head_, size_;
};

template <typename... Args>
auto make(Args&&... args) -> std::vector<std::pair<int, std::string>> {
  return {std::forward<Args>(args)...};
}

}  // namespace shapes

shapes::Ring<int>::Node::Node(int v) try : value(v) {
} catch (const std::exception& e) {
  std::cerr << e.what();
} catch (...) {
}

long long solve(std::vector<std::vector<int>>& grid, int (&limits)[3], char** names) {
  unsigned long long best = 0ull;
  std::map<std::string, std::vector<int>> seen{{"a", {1, 2}}, {"b", {}}};
  auto worse = [&best, limits](const auto& a, const auto& b) mutable -> bool {
    return a.first < b.first || (a.first == b.first && !(b.second > limits[0]));
  };
  for (auto& [key, values] : seen) {
    std::sort(values.begin(), values.end(), [](int a, int b) { return a > b; });
    best += values.empty() ? 0 : -values.front() * 2;
  }
  do {
    int x = static_cast<int>(best) & 0xff, *p = &x, **q = &p;
    **q = ~x << 2 | 1;
    if (x % 2)
      continue;
    else if (x > 100) {
      goto done;
    } else
      --best;
  } while (best-- > 10);
  switch (grid.size()) {
    case 0:
    case 1: {
      return -1;
    }
    default:
      break;
  }
  try {
    auto* raw = new int[4]{1, 2, 3, 4};
    delete[] raw;
  } catch (...) {
    throw;
  }
done:
  struct Local {
    int x = 1;
    int twice() const { return x * 2; }
  } local;
  std::string text = "joined " "strings\n" + std::string(3, 'c') + R"(raw "text")";
  return sizeof(int) + sizeof...(names) + (int)local.twice() + text.size() + 1'000;
}

extern "C" {
void plain(void) {
  int a[2][3] = {{1, 2, 3}, {4, 5, 6}};
  while (a[0][0]--) ;
}
}
