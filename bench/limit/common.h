// Shared by the hand-written limit programs: clock, interner, CSV loader, CSR index, hash set of pairs.
#pragma once
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>
using u32 = uint32_t;
using u64 = uint64_t;

inline double now() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Strings to dense ids: open addressing, FNV-1a over 8 bytes at a time. The texts stay where the loader read them.
struct Intern {
  std::vector<std::string_view> strs;
  std::vector<u32> slots = std::vector<u32>(1 << 16, ~0u);
  static u64 hash(const char* p, size_t n) {
    u64 h = 1469598103934665603ull ^ n;
    for (; n >= 8; p += 8, n -= 8) {
      u64 w;
      memcpy(&w, p, 8);
      h = (h ^ w) * 1099511628211ull;
      h ^= h >> 29;
    }
    for (; n; p++, n--) h = (h ^ (unsigned char)*p) * 1099511628211ull;
    h ^= h >> 32;
    return h * 0x9e3779b97f4a7c15ull >> 20;
  }
  u32 get(const char* p, size_t n) {
    size_t mask = slots.size() - 1;
    std::string_view s(p, n);
    for (size_t i = hash(p, n) & mask;; i = (i + 1) & mask) {
      u32 id = slots[i];
      if (id == ~0u) {
        char* copy = (char*)malloc(n + 1);
        memcpy(copy, p, n);
        slots[i] = strs.size();
        strs.push_back(std::string_view(copy, n));
        if (strs.size() * 2 > slots.size()) grow();
        return strs.size() - 1;
      }
      if (strs[id] == s) return id;
    }
  }
  void grow() {
    slots.assign(slots.size() * 2, ~0u);
    size_t mask = slots.size() - 1;
    for (u32 id = 0; id < strs.size(); id++) {
      size_t i = hash(strs[id].data(), strs[id].size()) & mask;
      while (slots[i] != ~0u) i = (i + 1) & mask;
      slots[i] = id;
    }
  }
};

struct Table {
  size_t n = 0;
  std::vector<std::vector<u32>> c;
};

inline Table load(const std::string& path, int columns, Intern& intern) {
  Table table;
  table.c.resize(columns);
  FILE* file = fopen(path.c_str(), "rb");
  if (!file) {
    fprintf(stderr, "cannot read %s\n", path.c_str());
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  size_t size = ftell(file);
  rewind(file);
  std::string text(size, 0);
  if (fread(&text[0], 1, size, file) != size) exit(1);
  fclose(file);
  for (size_t at = 0; at < size;) {
    for (int column = 0; column < columns; column++) {
      size_t end = at;
      while (text[end] != ',' && text[end] != '\n') end++;
      table.c[column].push_back(intern.get(text.data() + at, end - at));
      at = end + 1;
    }
    table.n++;
  }
  return table;
}

struct CSR {
  std::vector<u32> off, val;
  void build(const std::vector<u32>& keys, const std::vector<u32>& values, u32 n) {
    off.assign(n + 1, 0);
    for (u32 key : keys) off[key + 1]++;
    for (u32 i = 0; i < n; i++) off[i + 1] += off[i];
    val.resize(keys.size());
    std::vector<u32> next(off.begin(), off.end() - 1);
    for (size_t i = 0; i < keys.size(); i++) val[next[keys[i]]++] = values[i];
  }
};

struct Set64 {
  std::vector<u64> slots;
  size_t n = 0;
  explicit Set64(size_t capacity = 1 << 12) : slots(capacity, ~0ull) {}
  static size_t hash(u64 key) {
    key *= 0x9e3779b97f4a7c15ull;
    return key ^ (key >> 32);
  }
  bool add(u64 key) {
    size_t mask = slots.size() - 1, i = hash(key) & mask;
    for (; slots[i] != ~0ull; i = (i + 1) & mask)
      if (slots[i] == key) return false;
    slots[i] = key;
    if (++n * 2 > slots.size()) grow();
    return true;
  }
  bool has(u64 key) const {
    size_t mask = slots.size() - 1, i = hash(key) & mask;
    for (; slots[i] != ~0ull; i = (i + 1) & mask)
      if (slots[i] == key) return true;
    return false;
  }
  void grow() {
    std::vector<u64> old(slots.size() * 2, ~0ull);
    old.swap(slots);
    size_t mask = slots.size() - 1;
    for (u64 key : old) {
      if (key == ~0ull) continue;
      size_t i = hash(key) & mask;
      while (slots[i] != ~0ull) i = (i + 1) & mask;
      slots[i] = key;
    }
  }
};
