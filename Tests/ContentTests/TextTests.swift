import Content
import Testing

@Suite struct TextTests {
  /// The textbook table, to compare with.
  private func slowDistance(_ left: String, _ right: String) -> Int {
    let a = Array(left.unicodeScalars)
    let b = Array(right.unicodeScalars)
    var row = Array(0...b.count)
    for i in 0..<a.count {
      var diagonal = row[0]
      row[0] = i + 1
      for j in 0..<b.count {
        let above = row[j + 1]
        row[j + 1] = min(diagonal + (a[i] == b[j] ? 0 : 1), above + 1, row[j] + 1)
        diagonal = above
      }
    }
    return row[b.count]
  }

  @Test func levenshtein() {
    #expect(EditDistance.levenshtein("", "") == 0)
    #expect(EditDistance.levenshtein("", "abc") == 3)
    #expect(EditDistance.levenshtein("kitten", "sitting") == 3)
    #expect(EditDistance.levenshtein("作é", "é") == 1)
    var seed: UInt64 = 1
    func next(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    for _ in 0..<120 {
      let words = (0..<2).map { _ in String((0..<next(160)).map { _ in Character(["a", "b", "c"][next(3)]) }) }
      #expect(EditDistance.levenshtein(words[0], words[1]) == slowDistance(words[0], words[1]))
    }
  }

  @Test(
    arguments: [
      ("feilds", ["fields", "field", "files"], "fields"),
      ("Base_Url", ["base-url", "model"], "base-url"),
      ("temprature", ["temperature", "tokens"], "temperature"),
      ("conc", ["concurrency", "cost"], "concurrency"),
      ("zzz", ["fields"], nil),
      ("", ["fields"], nil),
      ("x", ["y"], "y"),
    ] as [(String, [String], String?)])
  func nearestName(name: String, candidates: [String], nearest: String?) {
    #expect(Spelling.nearest(to: name, among: candidates) == nearest)
  }

  // FIPS 180-4 examples, from NIST's "SHA256.pdf" and the SHAVS short-message file.
  @Test func sha256() {
    #expect(SHA256.hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(SHA256.hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(SHA256.hex([0xBD]) == "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b")
    var hash = SHA256()
    for _ in 0..<1000 { hash.update(String(repeating: "a", count: 100)) }
    // python3 -c 'import hashlib; print(hashlib.sha256(b"a"*100000).hexdigest())'
    #expect(hash.hex() == "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee")
    #expect(hash.hex() == hash.hex())
    // Every length around the padding's edges, in one piece and byte by byte.
    for count in [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 200] {
      let bytes = (0..<count).map { UInt8($0) }
      var slow = SHA256()
      for byte in bytes { slow.update(CollectionOfOne(byte)) }
      #expect(slow.hex() == SHA256.hex(bytes))
    }
    // python3 -c 'import hashlib; print(hashlib.sha256(bytes(range(56))).hexdigest())'
    #expect(
      SHA256.hex((0..<56).map { UInt8($0) }) == "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562")
    // python3 -c 'import hashlib; print(hashlib.sha256(bytes(range(120))).hexdigest())'
    #expect(
      SHA256.hex((0..<120).map { UInt8($0) }) == "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c")
  }
}
