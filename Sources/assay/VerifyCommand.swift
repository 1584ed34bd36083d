import ArgumentParser
import Content
import Domain
import Files
import Foundation
import Reports
import WorkbenchCore

/// `assay verify`: works a dossier out again, without a model.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a dossier: judge its answers again and recompute its verdict.",
    discussion: """
      Reads a file that `assay report --dossier` wrote. Every byte must be as written; the stored answers are judged again, \
      and scores, comparisons and the verdict are worked out from them. No model is asked and no program started. Exit \
      status 1: something differs.
      """)

  @Argument(help: "The dossier.", completion: .file(extensions: ["zip"]))
  var file: String
  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let bytes = try InputFile.bytes(file, limit: StoredZip.mostBytes, meaning: "a dossier")
    let dossier: Dossier
    do throws(StoredZip.Failure) { dossier = try Dossier(archive: bytes) } catch {
      throw WorkbenchError.input("\(file) is not a dossier as it was written. \(error)")
    }
    let outcome = try await DossierContent.outcome(of: dossier.files)
    var differences: [String] = []
    for run in outcome.regraded {
      if !run.differing.isEmpty {
        let cases = run.differing.prefix(5).joined(separator: ", ") + (run.differing.count > 5 ? " …" : "")
        differences.append(
          "Run \(run.run): \(run.differing.count) answers are judged otherwise than is stored (\(cases)).")
      }
      if run.summaryDiffers { differences.append("Run \(run.run): its averages are not those of its answers.") }
    }
    for (path, bytes) in outcome.answers.sorted(by: { $0.key < $1.key }) where dossier.files[path] != bytes {
      differences.append("\(path) does not hold the answers of the database.")
    }
    if dossier.files[DossierContent.results] != DossierContent.text(outcome.results) {
      let version = Assay.configuration.version
      differences.append(
        "The verdict comes out otherwise than is stored: \(outcome.results["headline"]?.string ?? "nothing")."
          + (dossier.version == version ? "" : " The dossier is of Assay \(dossier.version), this is \(version)."))
    }
    let regraded = outcome.regraded.reduce(0) { $0 + $1.answers }
    let left = outcome.regraded.reduce(0) { $0 + $1.left }
    let digest = SHA256.hex(bytes)
    if json {
      printJSON([
        "file": .string(file), "sha256": .string(digest), "assay": .string(dossier.version),
        "files": JSONValue(dossier.files.count), "runs": JSONValue(outcome.regraded.count),
        "answers_regraded": JSONValue(regraded), "answers_not_regraded": JSONValue(left),
        "recommendation": outcome.results["recommendation"] ?? .null, "headline": outcome.results["headline"] ?? .null,
        "verified": JSONValue(differences.isEmpty), "differences": .array(differences.map { .string($0) }),
      ])
    } else {
      print("\(file): \(dossier.files.count) files, SHA-256 \(digest)")
      print("\(regraded) answers of \(outcome.regraded.count) runs were judged again.")
      if left > 0 {
        print("\(left) answers were not: a grader asks a model or a program, or their cases were edited since.")
      }
      if let headline = outcome.results["headline"]?.string { print("Verdict: \(headline).") }
      for difference in differences { print("  ✗ \(difference)") }
      print(differences.isEmpty ? "Everything comes out as it is stored." : "It was not verified.")
    }
    if !differences.isEmpty { throw ExitCode(ExitStatus.thresholdMissed) }
  }
}
