// Builds the inputs of a workload W(n) and calls a function so that the optimiser can drop none of it.
// Every name lies in namespace pricetag: the code under measurement may define anything else.
#pragma once
#include <bits/stdc++.h>

#include "subject.hpp"

namespace pricetag {

struct Source {
  long n;
  long root;  // floor(sqrt(n)), at least 1: the side of a matrix of n values
  std::uint64_t state;

  Source(long size, unsigned long seed) : n(size), root(1), state(seed * 0x9E3779B97F4A7C15ull + 1) {
    while ((root + 1) * (root + 1) <= n) ++root;
  }
  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  long between(long low, long high) {
    if (high <= low) return low;
    return low + static_cast<long>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
};

template <class T> T number(Source &source, long low, long high) {
  if constexpr (std::is_same_v<T, bool>) {
    return (source.next() & 1) != 0;
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(low) + static_cast<T>((source.next() >> 11) * 0x1.0p-53) * static_cast<T>(high - low);
  } else {
    return static_cast<T>(source.between(low, high));
  }
}

inline long clipped(long value, long low, long high) { return std::max(low, std::min(value, std::max(low, high))); }

inline std::string text(Source &source, long size, const char *alphabet) {
  const long letters = static_cast<long>(std::strlen(alphabet));
  std::string made(static_cast<std::size_t>(size), 'a');
  for (char &c : made) c = alphabet[source.between(0, letters - 1)];
  return made;
}

template <class C, class = void> struct pushes_back : std::false_type {};
template <class C>
struct pushes_back<C, std::void_t<decltype(std::declval<C &>().push_back(std::declval<typename C::value_type>()))>>
    : std::true_type {};
template <class C, class = void> struct pushes : std::false_type {};
template <class C>
struct pushes<C, std::void_t<decltype(std::declval<C &>().push(std::declval<typename C::value_type>()))>>
    : std::true_type {};
template <class C, class = void> struct reserves : std::false_type {};
template <class C> struct reserves<C, std::void_t<decltype(std::declval<C &>().reserve(1))>> : std::true_type {};

// A container of `size` items. Keys are drawn again when they collide, up to a bound: a small alphabet has few.
template <class C, class F> C container(long size, F item) {
  C made{};
  if constexpr (reserves<C>::value) made.reserve(static_cast<std::size_t>(size));
  if constexpr (pushes_back<C>::value) {
    for (long i = 0; i < size; ++i) made.push_back(item());
  } else if constexpr (pushes<C>::value) {
    for (long i = 0; i < size; ++i) made.push(item());
  } else {
    for (long tries = 0; static_cast<long>(made.size()) < size && tries < 8 * size; ++tries) made.insert(item());
  }
  return made;
}

template <class C, class F> C filled(F item) {  // std::array
  C made{};
  for (auto &value : made) value = item();
  return made;
}

template <class C> C sorted(C made) {
  if constexpr (std::is_same_v<typename C::iterator, typename std::list<typename C::value_type>::iterator>) {
    made.sort();
  } else {
    std::sort(made.begin(), made.end());
  }
  return made;
}

template <class C> C permutation(Source &source, C made, long first) {
  long value = first;
  std::vector<typename C::value_type> order;
  order.reserve(made.size());
  for (std::size_t i = 0; i < made.size(); ++i) order.push_back(static_cast<typename C::value_type>(value++));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[source.next() % i]);
  std::copy(order.begin(), order.end(), made.begin());
  return made;
}

// What a `T *` or `T p[]` argument points into. One spare item at the end, zero: C text needs it, arrays forgive by it.
template <class T> struct Buffer {
  std::unique_ptr<T[]> items;
  std::size_t size;

  explicit Buffer(std::size_t count) : items(new T[count + 1]()), size(count) {}
  Buffer(const Buffer &other) : items(new T[other.size + 1]()), size(other.size) {
    std::copy(other.items.get(), other.items.get() + size, items.get());
  }
  Buffer(Buffer &&) = default;
  Buffer &operator=(const Buffer &) = delete;
  T *data() { return items.get(); }
  bool operator==(const Buffer &other) const {
    return size == other.size && std::equal(items.get(), items.get() + size, other.items.get());
  }
};

template <class T, class C> Buffer<T> buffer(const C &values) {
  Buffer<T> made(values.size());
  std::copy(values.begin(), values.end(), made.items.get());
  return made;
}

// What a `T **` or `T *p[]` argument points to.
template <class T> struct Rows {
  std::vector<Buffer<T>> rows;
  std::unique_ptr<T *[]> heads;

  explicit Rows(std::vector<Buffer<T>> made) : rows(std::move(made)), heads(new T *[rows.size() + 1]()) { point(); }
  Rows(const Rows &other) : rows(other.rows), heads(new T *[rows.size() + 1]()) { point(); }
  Rows(Rows &&) = default;
  Rows &operator=(const Rows &) = delete;
  T **data() { return heads.get(); }
  bool operator==(const Rows &other) const { return rows == other.rows; }
  void point() {
    for (std::size_t i = 0; i < rows.size(); ++i) heads[i] = rows[i].data();
  }
};

template <class T, class F> Rows<T> rows(long count, F row) {
  std::vector<Buffer<T>> made;
  made.reserve(static_cast<std::size_t>(count));
  for (long i = 0; i < count; ++i) made.push_back(row());
  return Rows<T>(std::move(made));
}

template <class T> T *fresh() {
  if constexpr (std::is_default_constructible_v<T>) {
    return new T();
  } else {
    return new T(0);
  }
}

// n nodes in a row, or a complete binary tree of n nodes. `fill` sets a node's own fields.
template <class T, class Fill, class Link> T *chain(long size, Fill fill, Link link) {
  T *head = nullptr;
  for (long i = 0; i < size; ++i) {
    T *node = fresh<T>();
    fill(*node);
    link(*node, head);
    head = node;
  }
  return head;
}

template <class T, class Fill, class Link> T *tree(long size, Fill fill, Link link) {
  if (size <= 0) return nullptr;
  std::vector<T *> nodes;
  nodes.reserve(static_cast<std::size_t>(size));
  for (long i = 0; i < size; ++i) {
    nodes.push_back(fresh<T>());
    fill(*nodes.back());
  }
  for (long i = 0; i < size; ++i) {
    link(*nodes[i], 2 * i + 1 < size ? nodes[2 * i + 1] : nullptr, 2 * i + 2 < size ? nodes[2 * i + 2] : nullptr);
  }
  return nodes[0];
}

// The object that a method is called on, with the arguments of its constructor: it may refer to them. Both stay where
// they are when this moves. Objects that hold a copy's worth of state are copied, the arguments are shared.
template <class T, class A> struct Receiver {
  std::shared_ptr<A> arguments;
  std::unique_ptr<T> object;

  Receiver(std::shared_ptr<A> given, T *made) : arguments(std::move(given)), object(made) {}
  Receiver(const Receiver &other) : arguments(other.arguments), object(new T(*other.object)) {}
  Receiver(Receiver &&) = default;
  Receiver &operator=(const Receiver &) = delete;
  bool operator==(const Receiver &) const { return true; }  // asked only where no call can change the object
};

template <class A> std::shared_ptr<A> shared(A value) { return std::make_shared<A>(std::move(value)); }

// What copies inputs of type I; null where the object among them, of type O, cannot be copied.
template <class I, class O> constexpr auto copier() -> void *(*)(const void *) {
  if constexpr (std::is_copy_constructible_v<O>) {
    return [](const void *inputs) -> void * { return new I(*static_cast<const I *>(inputs)); };
  } else {
    return nullptr;
  }
}

template <class T> inline void keep(T &value) { asm volatile("" : : "r"(&value) : "memory"); }

template <class F, class... A> inline void invoke(F function, A &&...arguments) {
  using R = decltype(function(std::forward<A>(arguments)...));
  if constexpr (std::is_void_v<R>) {
    function(std::forward<A>(arguments)...);
    asm volatile("" : : : "memory");
  } else {
    auto &&result = function(std::forward<A>(arguments)...);
    keep(result);
  }
}

}  // namespace pricetag
