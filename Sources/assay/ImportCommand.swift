import ArgumentParser
import Content
import Domain
import Files
import Formats
import Foundation
import WorkbenchCore

/// `assay import`: cases from files of other tools.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add the cases of a file to an eval set: tables, JSON, chats, other tools' files and logs.",
    discussion: """
      What the file is is told from its content and said; --as says it otherwise. Cases that the set has already are left \
      out, so that a second import adds nothing. Nothing is written where a file can't be written whole. What can't be \
      read is listed with line, column and reason. docs/importing.md describes each format.

      --map TARGET=FIELD says what a field becomes: input.NAME, expected, expected.NAME, tags, group, id, weight, \
      metadata.NAME, messages, or none. FIELD is a column, a member, or a path such as doc.text.
      """)

  @Argument(help: "The file, or - for standard input.", completion: .file())
  var file: String
  @Option(help: "The eval set; made where there is none. The file's name when not given.")
  var set: String?
  @Option(name: .customLong("as"), help: ArgumentHelp("The format, where it isn't recognised.", valueName: "format"))
  var format: ImportFormat?
  @Option(help: ArgumentHelp("What a field becomes; may be repeated.", valueName: "target=field"))
  var map: [String] = []
  @Option(help: ArgumentHelp("A column whose cells are JSON; may be repeated.", valueName: "column"))
  var jsonCell: [String] = []
  @Flag(help: "Show what would be imported, and write nothing.")
  var preview = false
  @Option(help: ArgumentHelp("Take so many cases, spread evenly over the values of --by.", valueName: "n"))
  var sample: Int?
  @Option(help: ArgumentHelp("Fields for --sample, separated by commas, such as model,day.", valueName: "fields"))
  var by: String?
  @Option(
    help: ArgumentHelp(
      "What becomes of personal data: keep, mask or refuse. Production logs are masked, else it is kept.",
      valueName: "choice"))
  var personal: PersonalDataChoice?
  @Flag(help: "Take what a production log's model answered for what is expected; else it is kept in the metadata.")
  var expectAnswers = false
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    if let sample, sample < 1 { throw ValidationError("--sample must be at least 1.") }
    if by != nil, sample == nil { throw ValidationError("--by needs --sample.") }
  }

  func run() async throws {
    let workbench = try await options.workbench()
    let workspace = await workbench.snapshot.workspace
    var importing = ImportOptions()
    do throws(FieldMap.Flaw) { importing.map = try FieldMap(parsing: map) } catch {
      throw WorkbenchError.input("--map: \(error)")
    }
    importing.jsonCells = Set(jsonCell)
    importing.expectsAnswers = expectAnswers
    importing.systemTexts = workspace.systemTexts
    let source = try ImportSource(file, as: format, options: importing)
    let isLog = source.detection.format.isProductionLog
    let request = ImportRequest(
      set: set ?? Self.setName(file), personal: personal ?? (isLog ? .mask : .keep), collapses: isLog, sample: sample,
      sampleBy: by?.split(separator: ",").map(String.init) ?? [], isPreview: preview)
    let output = try source.read()
    let report = try await workbench.importCases(output, request)
    await workbench.close()
    let result = ImportResult(
      source: source.name, detection: source.detection, output: output, request: request, report: report)
    if options.json { printJSON(result.json) } else { result.tell() }
    if output.cases.isEmpty { throw ExitCode(ExitStatus.usage) }
  }

  /// The name of a set for a file: the file's own without folders and extension.
  static func setName(_ file: String) -> String {
    guard file != "-" else { return "imported" }
    let name = (file as NSString).lastPathComponent.split(separator: ".").first.map(String.init) ?? "imported"
    let plain = name.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "-" }
    return String(plain.drop { $0 == "-" }.prefix(80)).isEmpty
      ? "imported" : String(plain.drop { $0 == "-" }.prefix(80))
  }
}

extension ImportFormat: ExpressibleByArgument {}
extension PersonalDataChoice: ExpressibleByArgument {}

/// A file that is read piece by piece.
struct ImportSource {
  /// What people call the file.
  let name: String
  /// What it is.
  let detection: Detection
  private let handle: FileHandle
  private let head: [UInt8]
  private let options: ImportOptions

  /// Opens a file and looks at its first bytes.
  /// - Throws: `WorkbenchError.input`.
  init(_ path: String, as format: ImportFormat?, options: ImportOptions) throws {
    name = path == "-" ? "standard input" : path
    self.options = options
    if path == "-" {
      handle = FileHandle.standardInput
    } else {
      do throws(FileError) { handle = try FileBytes.handle(WorkspaceOptions.absolute(path)) } catch {
        throw WorkbenchError.input("\(path) can't be read. \(error) Name a file to import, or - for standard input.")
      }
    }
    var head: [UInt8] = []
    while head.count < Detection.sampleBytes, let piece = try Self.next(handle, name) { head += piece }
    self.head = head
    let isWhole = head.count < Detection.sampleBytes
    do throws(Detection.Refusal) {
      detection = try Detection(
        head[...], isWhole: isWhole, named: path == "-" ? "" : (path as NSString).lastPathComponent, as: format)
    } catch { throw WorkbenchError.input("\(name): \(error)") }
  }

  /// Everything that the file gives.
  /// - Throws: `WorkbenchError.input` where it can't be read to its end.
  func read() throws -> ImportOutput {
    var importer = Importer(detection.format, in: detection.container, options: options)
    importer.feed(head[...])
    var count = head.count
    while let piece = try Self.next(handle, name) {
      count += piece.count
      guard count <= Self.mostBytes else {
        throw WorkbenchError.input(
          "\(name) has more than \(Self.mostBytes >> 30) GiB, the most that is read; split it.")
      }
      importer.feed(piece[...])
    }
    return importer.finish()
  }

  /// The largest file that is read, in bytes.
  private static let mostBytes = 4 << 30

  private static func next(_ handle: FileHandle, _ name: String) throws -> [UInt8]? {
    do {
      guard let data = try handle.read(upToCount: 1 << 20), !data.isEmpty else { return nil }
      return Array(data)
    } catch { throw WorkbenchError.input("\(name) can't be read: \(error.localizedDescription)") }
  }
}
