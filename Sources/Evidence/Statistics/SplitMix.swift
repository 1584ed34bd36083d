/// The SplitMix64 generator (Steele, Lea and Flood 2014): small, fast, and the same on every machine.
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  /// Starts the stream of a statistic: the same name gives the same numbers, whatever else was drawn before.
  package init(_ statistic: String) { state = 0x5eed ^ FNV1a.hash(statistic) }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// A number from 0 up to, not including, 1.
  package mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Puts indices in random order (Fisher and Yates).
  package mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(next().multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    return order
  }
}

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo) of a text in UTF-8; for splits and seeds, not for identity.
enum FNV1a {
  static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
