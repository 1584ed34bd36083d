import Domain
import Grading

/// What the files of a workspace can name.
struct ReaderRegistry: Sendable {
  /// APIs of models.
  var dialects: [Endpoint.Dialect]
  /// Kinds of graders.
  var graders = GraderRegistry.builtIn
  /// Training back ends.
  var backends = [Backend].builtIn
}
