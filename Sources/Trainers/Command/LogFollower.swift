import Domain
import Files
import Foundation
import TrainerLogs

/// What a followed log says: something in its own form, or in the words of `events.jsonl`.
enum FollowedItem: Sendable, Hashable {
  case log(LogItem)
  case event(TrainingEvent)
}

/// Follows what another trainer writes of its losses, in whatever of the known forms it writes them.
struct LogFollower {
  /// The known forms, by the names of their files.
  enum Form: Sendable, Hashable {
    /// `events.jsonl`: our own words.
    case events
    /// `trainer_log.jsonl`, and any other `.jsonl`.
    case trainerLog
    /// `trainer_state.json`, in a folder and in its `checkpoint-N`.
    case trainerState
    /// `events.out.tfevents…`, or a folder with such files.
    case tensorBoard
    /// torchtune's `.txt`.
    case stepText

    /// The form of a file or folder of that name.
    init(_ path: String) {
      let name = (path as NSString).lastPathComponent.lowercased()
      if name == "trainer_state.json" {
        self = .trainerState
      } else if name.hasPrefix("events") && name.hasSuffix(".jsonl") {
        self = .events
      } else if name.hasSuffix(".jsonl") {
        self = .trainerLog
      } else if name.hasSuffix(".txt") || name.hasSuffix(".log") {
        self = .stepText
      } else {
        self = .tensorBoard
      }
    }
  }

  /// The file or folder.
  let path: String
  /// What it is.
  let form: Form
  /// What is older was written by an earlier start of the job.
  let since: Date
  private var tail: FileTail
  private var state = Followed()
  private var boards: [String: Board] = [:]

  /// How much of a rewritten file was told.
  private struct Followed {
    var modified: Date?
    var path = ""
    var told = 0
  }

  /// A TensorBoard file under way.
  private struct Board {
    var offset = 0
    var records = RecordFile()
    var step: ScalarStep?
    var wasTold = false
  }

  /// Follows a file or folder, which need not be there yet.
  init(_ path: String, since: Date = .distantPast) {
    self.path = path
    self.since = since
    form = Form(path)
    tail = FileTail(path: path, offset: 0, followsLinks: true)
    if let modified = Self.modified(path), modified < since { tail.offset = tail.size }
  }

  /// When a file was written last; nil where none is.
  static func modified(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }

  /// The log of a folder whose trainer wasn't asked for one: the first of the known ones that is there.
  static func find(in folder: String) -> String? {
    for name in ["events.jsonl", "trainer_log.jsonl"] {
      if FileManager.default.fileExists(atPath: folder + "/" + name) { return folder + "/" + name }
    }
    if !boardFiles(in: folder).isEmpty { return folder }
    let state = folder + "/trainer_state.json"
    return stateFiles(beside: state).isEmpty ? nil : state
  }

  /// What is new since the last time.
  /// - Parameter isOver: whether nothing more will be written, so that a last line without an end counts.
  mutating func items(isOver: Bool) -> [FollowedItem] {
    switch form {
    case .events: lines(isOver).compactMap { EventFile.event($0).map { .event($0) } }
    case .trainerLog: lines(isOver).flatMap { TrainerLogLine.items($0) }.map { .log($0) }
    case .stepText: lines(isOver).flatMap { StepTextLine.items($0) }.map { .log($0) }
    case .trainerState: stateItems().map { .log($0) }
    case .tensorBoard: boardItems(isOver)
    }
  }

  private mutating func lines(_ isOver: Bool) -> [Data] {
    var lines: [Data] = []
    repeat { lines += tail.lines(includingTorn: isOver) } while tail.hasMore
    return lines
  }

  // MARK: trainer_state.json

  private mutating func stateItems() -> [LogItem] {
    // The newest is the longest: each holds all from the first step on. Some are written within one tick of the clock.
    guard let file = Self.stateFiles(beside: path).max(by: { ($0.modified, $0.step) < ($1.modified, $1.step) }),
      file.modified >= since, file.modified != state.modified || file.path != state.path,
      let read = TrainerState(file: file.path)
    else { return [] }
    state.modified = file.modified
    state.path = file.path
    // A shorter one is of another start.
    let first = read.items.count >= state.told ? state.told : 0
    state.told = read.items.count
    return Array(read.items[first...])
  }

  private static func stateFiles(beside path: String) -> [(path: String, step: Int, modified: Date)] {
    let folder = (path as NSString).deletingLastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let checkpoints = names.compactMap { name in
      CheckpointFolder.step(name).map { (path: "\(folder)/\(name)/trainer_state.json", step: $0) }
    }
    return (checkpoints + [(path, .max)]).compactMap { file in
      modified(file.path).map { (file.path, file.step, $0) }
    }
  }

  // MARK: TensorBoard

  private mutating func boardItems(_ isOver: Bool) -> [FollowedItem] {
    var items: [FollowedItem] = []
    for file in Self.boardFiles(in: path) where (Self.modified(file) ?? .distantPast) >= since {
      var board = boards[file] ?? Board()
      read(file, &board, &items)
      if isOver, let step = board.step {
        items += step.items.map { .log($0) }
        board.step = nil
      }
      if board.records.isBroken, !board.wasTold {
        let name = (file as NSString).lastPathComponent
        let text = "\(LogText.clean(name)) is damaged: what comes after can't be read."
        items.append(.event(TrainingEvent(time: Date().timeIntervalSince1970, kind: .warning(text))))
        board.wasTold = true
      }
      boards[file] = board
    }
    return items
  }

  private func read(_ path: String, _ board: inout Board, _ items: inout [FollowedItem]) {
    guard let file = try? FileBytes.handle(path) else { return }
    defer { try? file.close() }
    guard (try? file.seek(toOffset: UInt64(board.offset))) != nil else { return }
    while !board.records.isBroken, let bytes = try? file.read(upToCount: FileTail.mostBytes), !bytes.isEmpty {
      board.offset += bytes.count
      for record in board.records.add(bytes) {
        guard let event = ScalarEvent(record), !event.values.isEmpty else { continue }
        // The values of a step come one by one.
        if let step = board.step, step.step != event.step {
          items += step.items.map { .log($0) }
          board.step = nil
        }
        var step = board.step ?? ScalarStep(step: event.step)
        for value in event.values { step.add(value.name, value.number) }
        board.step = step
      }
    }
  }

  /// The most folders that are searched for TensorBoard's files.
  private static let mostFolders = 200

  /// The file itself, or such files in the folder and below, by name, which begins with their time.
  private static func boardFiles(in path: String) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
    if !isFolder.boolValue { return [path] }
    var found: [String] = []
    var folders = [(path, 0)]
    var next = 0
    while next < folders.count {
      let (folder, depth) = folders[next]
      next += 1
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() {
        let entry = folder + "/" + name
        let type = (try? FileManager.default.attributesOfItem(atPath: entry))?[.type] as? FileAttributeType
        if type == .typeDirectory {
          if depth < 4, folders.count < mostFolders, !name.hasPrefix(".") { folders.append((entry, depth + 1)) }
        } else if type == .typeRegular, name.hasPrefix("events.out.tfevents") {
          found.append(entry)
        }
      }
    }
    return found.sorted { ($0 as NSString).lastPathComponent < ($1 as NSString).lastPathComponent }
  }
}

/// Folders of checkpoints, as trainers name them.
enum CheckpointFolder {
  /// The step in `checkpoint-120`; nil for other names.
  static func step(_ name: String) -> Int? { number(name, after: "checkpoint-") }

  /// The number after a prefix, where nothing else follows.
  static func number(_ name: String, after prefix: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    let digits = name.dropFirst(prefix.count)
    guard !digits.isEmpty, digits.count < 12, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int(digits)
  }
}

extension TrainerState {
  /// The file at a path; nil for what is no such file, and while it is being written.
  init?(file: String) {
    guard let bytes = try? FileBytes.read(file, limit: Self.mostBytes) else { return nil }
    self.init(Data(bytes))
  }
}
