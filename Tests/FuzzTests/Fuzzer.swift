import Foundation
import Synchronization
import Testing

/// Tries a parser with many changed inputs: it may refuse them, but neither crash nor hang.
///
/// The inputs are the same on every machine: the one with a number depends on nothing but the parser's name and that
/// number. `ASSAY_FUZZ` says how many are tried for each parser; 10,000 where it doesn't.
///
/// Each input lies in `.build/fuzz/NAME.input` while it is tried, so that it can be found where a crash has ended the
/// process. `ASSAY_FUZZ_INPUT=FILE swift test --filter FuzzTests.SUITE/TEST` tries that file alone.
struct Fuzzer {
  let name: String
  private let mutator: Mutator

  /// - Parameter corpus: Small real inputs.
  /// - Parameter words: What has a meaning in them.
  init(_ name: String, corpus: [[UInt8]], words: [String]) {
    self.name = name
    mutator = Mutator(corpus: corpus, words: words)
  }

  init(_ name: String, corpus: [String], words: [String]) {
    self.init(name, corpus: corpus.map { Array($0.utf8) }, words: words)
  }

  private static let count = ProcessInfo.processInfo.environment["ASSAY_FUZZ"].flatMap { Int($0) } ?? 10_000
  private static let only = ProcessInfo.processInfo.environment["ASSAY_FUZZ_INPUT"]

  /// Tries inputs.
  /// - Parameter body: Has the parser read an input; random numbers decide how. Returns what is wrong, nil if nothing is.
  func run(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: ([UInt8], inout SeededGenerator) async throws -> String?
  ) async throws {
    if let only = Self.only {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: only))
      var generator = SeededGenerator(seed: 0)
      #expect(try await body(Array(bytes), &generator) == nil, sourceLocation: sourceLocation)
      return
    }
    let kept = try KeptInput(name)
    let guardian = HangGuard(name: name, file: kept.path)
    defer { guardian.end() }
    var failures = 0
    for number in 0..<Self.count where failures < 3 {
      // Others need a thread, too: an answer that is waited for meanwhile would pass for a hang.
      if number % 16 == 0 { await Task.yield() }
      var generator = SeededGenerator(name, number)
      // The real ones first, as they are.
      let bytes = number < mutator.corpus.count ? mutator.corpus[number] : mutator.input(&generator)
      kept.keep(bytes)
      guardian.begin(number)
      guard let problem = try await body(bytes, &generator) else { continue }
      failures += 1
      Issue.record(
        """
        \(name), input \(number): \(problem)
        The input is in \(kept.save(bytes, number)): \(Self.shown(bytes))
        """, sourceLocation: sourceLocation)
    }
    kept.remove()
  }

  private static func shown(_ bytes: [UInt8]) -> String {
    let text = bytes.prefix(600).map { byte in
      (0x20..<0x7F).contains(byte) && byte != 0x5C
        ? String(UnicodeScalar(byte)) : "\\x" + String(UInt16(byte) + 0x100, radix: 16).dropFirst()
    }
    return text.joined() + (bytes.count > 600 ? " … (\(bytes.count) bytes)" : "")
  }
}

/// The input that is being tried, in a file.
private final class KeptInput {
  let path: String
  private let descriptor: Int32
  private var length = 0

  init(_ name: String) throws {
    let folder = Corpus.root.appendingPathComponent(".build/fuzz")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appendingPathComponent("\(name).input").path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  deinit { close(descriptor) }

  func keep(_ bytes: [UInt8]) {
    if bytes.count < length { ftruncate(descriptor, off_t(bytes.count)) }
    length = bytes.count
    pwrite(descriptor, bytes, bytes.count, 0)
  }

  func save(_ bytes: [UInt8], _ number: Int) -> String {
    let file = String(path.dropLast(".input".count)) + "-\(number).failed"
    try? Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func remove() { unlink(path) }
}

/// Ends the process where one input takes five minutes: nothing else gets a parser out of an endless loop.
private final class HangGuard: Sendable {
  private let number = Mutex<Int?>(0)

  init(name: String, file: String) {
    Thread.detachNewThread { [self] in
      var former = -1
      var turns = 0
      while let present = number.withLock({ $0 }) {
        turns = present == former ? turns + 1 : 0
        former = present
        // Other than a precondition's, this sentence is printed in a release build, too.
        if turns >= 600 { fatalError("\(name), input \(present): no answer in five minutes. The input is in \(file).") }
        Thread.sleep(forTimeInterval: 0.5)
      }
    }
  }

  func begin(_ number: Int) { self.number.withLock { $0 = number } }
  func end() { number.withLock { $0 = nil } }
}
