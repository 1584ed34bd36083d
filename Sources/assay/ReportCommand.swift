import ArgumentParser
import Content
import Domain
import Foundation
import Reports
import Storage
import WorkbenchCore

/// `assay report`: the verdict with its evidence as files that others can read without Assay.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the verdict and its evidence as HTML, Markdown, JUnit XML, or a dossier.",
    discussion: """
      Everything comes from stored answers; no model is asked. A file that is there is replaced whole. Without an option \
      for a file, Markdown goes to standard output.
      """)

  @Option(help: ArgumentHelp("One file for a browser, without scripts or requests.", valueName: "file"))
  var html: String?
  @Option(help: ArgumentHelp("A summary for a pull request; - is standard output.", valueName: "file"))
  var markdown: String?
  @Option(help: ArgumentHelp("A suite for each variant on each eval set, for CI.", valueName: "file"))
  var junit: String?
  @Option(help: ArgumentHelp("Everything that the verdict rests on, for `assay verify`.", valueName: "file.zip"))
  var dossier: String?
  @Option(help: "The eval set whose scores and cases are shown; the one that decides when not named.")
  var set: String?
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    let named = [html, markdown, junit].compactMap(\.self)
    guard named.count(where: { $0 == "-" }) + (options.json ? 1 : 0) <= 1 else {
      throw ValidationError("Only one thing can go to standard output.")
    }
    guard dossier != "-" else { throw ValidationError("A dossier goes to a file.") }
    let paths = (named + [dossier].compactMap(\.self)).filter { $0 != "-" }.map(WorkspaceOptions.absolute)
    guard Set(paths).count == paths.count else { throw ValidationError("Name a different file for each form.") }
  }

  func run() async throws {
    var forms: [(name: String, file: OutputFile, text: (ReportDocument) -> String)] = []
    if let html { forms.append(("html", OutputFile(path: html), HTMLReport.text)) }
    if let markdown { forms.append(("markdown", OutputFile(path: markdown), MarkdownReport.text)) }
    if let junit { forms.append(("junit", OutputFile(path: junit), JUnitReport.text)) }
    if forms.isEmpty, dossier == nil, !options.json {
      forms.append(("markdown", OutputFile(path: "-"), MarkdownReport.text))
    }
    for form in forms { try form.file.check(workspace: options.folder) }
    if let dossier { try OutputFile(path: dossier).check(workspace: options.folder) }

    let workbench = try await options.workbench()
    let workspace = await workbench.snapshot.workspace
    Wiring.report(workspace.problems)
    guard workspace.factFlaws.isEmpty else { throw WorkbenchError.flawed("reported", workspace.factFlaws) }
    await workbench.refreshJobs()
    let document = try await workbench.answer(to: ReportQuery(set: set, version: Assay.configuration.version))
    var written: JSONObject = [:]
    if let path = dossier { written["dossier"] = try await write(dossier: path, of: workbench) }
    await workbench.close()
    for form in forms {
      let text = form.text(document)
      try form.file.write(text)
      guard !form.file.isStandardOutput else { continue }
      Wiring.say("\(form.file.path): \(text.utf8.count) bytes")
      written[form.name] = ["file": .string(form.file.path), "bytes": JSONValue(text.utf8.count)]
    }
    if options.json {
      printJSON([
        "set": .string(document.set), "recommendation": .string(document.verdict.recommendation),
        "variants": JSONValue(document.variants.count), "cases": JSONValue(document.cases.count),
        "files": .object(written),
      ])
    }
  }

  private func write(dossier path: String, of workbench: Workbench) async throws -> JSONValue {
    guard let store = await workbench.store as? SQLiteStore else {
      throw WorkbenchError.input("The workspace's database can't be read.")
    }
    let (dossier, notes) = try await DossierMaker(folder: options.folder, workbench: workbench, store: store).dossier()
    let archive: [UInt8]
    do throws(StoredZip.Failure) { archive = try dossier.archive() } catch {
      throw WorkbenchError.input("No dossier was written. \(error)")
    }
    try OutputFile(path: path).write(Data(archive))
    for note in notes { Wiring.say(note) }
    let digest = SHA256.hex(archive)
    Wiring.say("\(path): \(dossier.files.count) files, \(archive.count) bytes, SHA-256 \(digest)")
    return ["file": .string(path), "bytes": JSONValue(archive.count), "sha256": .string(digest)]
  }
}
