/// The SHA-256 digest of FIPS 180-4, to recognise content by.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  /// A digest of nothing yet.
  public init() { pending.reserveCapacity(64) }

  /// The digest of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits.
  public static func hex(_ text: String) -> String {
    var hash = SHA256()
    hash.update(text)
    return hash.hex()
  }

  /// The digest of bytes, as 64 lower-case hexadecimal digits.
  public static func hex(_ bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hex()
  }

  /// Adds the UTF-8 bytes of a text.
  public mutating func update(_ text: String) { update(text.utf8) }

  /// Adds bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    if bytes.withContiguousStorageIfAvailable({ update($0) }) == nil {
      Array(bytes).withUnsafeBufferPointer { update($0) }
    }
  }

  private mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    length += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let head = rest.prefix(64 - pending.count)
      pending.append(contentsOf: head)
      rest = rest.dropFirst(head.count)
      guard pending.count == 64 else { return }
      pending.withUnsafeBufferPointer { Self.compress($0[...], into: &state) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 64 * 64
    Self.compress(rest.prefix(whole), into: &state)
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// The 32 bytes of the digest of everything added so far; more can be added afterwards.
  public func digest() -> [UInt8] {
    var copy = self
    let bits = length * 8
    let zeros = (64 + 55 - pending.count) % 64
    let size = (0..<8).reversed().map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    copy.update([0x80] + Array(repeating: 0, count: zeros) + size)
    return (0..<32).map { UInt8(truncatingIfNeeded: copy.state[$0 / 4] >> (24 - 8 * UInt32($0 % 4))) }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public func hex() -> String {
    let bytes = digest()
    return String(unsafeUninitializedCapacity: 64) { text in
      for place in 0..<64 {
        let digit = place % 2 == 0 ? bytes[place / 2] >> 4 : bytes[place / 2] & 15
        text[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
      }
      return 64
    }
  }

  /// Works through blocks of 64 bytes each.
  private static func compress(_ blocks: UnsafeBufferPointer<UInt8>.SubSequence, into state: inout [UInt32]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
      constants.withUnsafeBufferPointer { constants in
        for start in stride(from: blocks.startIndex, to: blocks.endIndex, by: 64) {
          for place in 0..<16 {
            let byte = start + 4 * place
            let high = UInt32(blocks[byte]) << 24 | UInt32(blocks[byte + 1]) << 16
            words[place] = high | UInt32(blocks[byte + 2]) << 8 | UInt32(blocks[byte + 3])
          }
          for place in 16..<64 {
            let near = words[place - 15]
            let far = words[place - 2]
            let first = turn(near, 7) ^ turn(near, 18) ^ (near >> 3)
            let second = turn(far, 17) ^ turn(far, 19) ^ (far >> 10)
            words[place] = words[place - 16] &+ first &+ words[place - 7] &+ second
          }
          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          for place in 0..<64 {
            let first = h &+ (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) &+ (e & f ^ ~e & g)
            let added = first &+ constants[place] &+ words[place]
            let second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ added, c, b, a, added &+ second)
          }
          state[0] &+= a
          state[1] &+= b
          state[2] &+= c
          state[3] &+= d
          state[4] &+= e
          state[5] &+= f
          state[6] &+= g
          state[7] &+= h
        }
      }
    }
  }

  private static func turn(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
  }

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
