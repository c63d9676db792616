import Mustache

/// The templates, parsed once. They are part of the program: one that does not parse is a defect, and every one is
/// rendered by the tests.
enum PageTemplates {
    static func render(_ template: PageTemplate, _ model: [String: Any]) -> String {
        let values = model.merging(Texts.fixed) { own, _ in own }
        guard let html = library.render(values, withTemplate: template.rawValue) else {
            preconditionFailure("The template \(template.rawValue) is not registered.")
        }
        return html
    }

    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        do {
            try library.register(text(PackageResources.layout_mustache), named: "layout")
            for template in PageTemplate.allCases {
                try library.register(text(source(of: template)), named: template.rawValue)
            }
        } catch {
            preconditionFailure("A page template does not parse: \(error)")
        }
        return library
    }()

    private static func source(of template: PageTemplate) -> [UInt8] {
        switch template {
        case .login: PackageResources.login_mustache
        case .consent: PackageResources.consent_mustache
        case .selection: PackageResources.selection_mustache
        case .post: PackageResources.post_mustache
        case .confirmation: PackageResources.confirmation_mustache
        case .signedout: PackageResources.signedout_mustache
        case .frontchannel: PackageResources.frontchannel_mustache
        case .receipt: PackageResources.receipt_mustache
        case .failure: PackageResources.failure_mustache
        case .home: PackageResources.home_mustache
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
