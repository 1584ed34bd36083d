import Reports
import Testing

/// Dossiers that came by mail.
@Suite struct ReportFuzzTests {
  @Test func dossiers() async throws {
    let small = try Dossier(version: "1.0", files: ["assay.yaml": Array("name: x\n".utf8)]).archive()
    let larger = try Dossier(
      version: "1.0",
      files: ["evals/main.jsonl": Array("{}\n".utf8), "empty": [], "verdict.json": Array("{\"a\": 1}".utf8)]
    ).archive()
    let words = ["PK\u{3}\u{4}", "PK\u{1}\u{2}", "PK\u{5}\u{6}", "../", "/", "manifest.json", "\"sha256\": ", "\u{0}"]
    try await Fuzzer("dossiers", corpus: [small, larger], words: words).run { bytes, _ in
      do {
        let dossier = try Dossier(archive: bytes)
        for path in dossier.files.keys where path.hasPrefix("/") || path.split(separator: "/").contains("..") {
          return "the path \(path) leads out of the folder"
        }
        return try dossier.archive() == bytes ? nil : "two archives read alike"
      } catch { return "\(error)".isEmpty ? "an error without a text" : nil }
    }
  }
}
