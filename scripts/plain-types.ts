import ts from '@typescript/typescript6'

/**
 * Spells out the types that are taken from values, such as `z.output<typeof schema>`, so that declarations need neither
 * the values nor the library that they are made with.
 *
 * @param entries declaration files
 * @returns the text of each declaration file that has such types
 */
export function plainTypes(entries: readonly string[]): Map<string, string> {
  const program = ts.createProgram([...entries], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
  })
  const checker = program.getTypeChecker()
  const plain = new Map<string, string>()
  for (const file of program.getSourceFiles()) {
    if (file.fileName.includes('/node_modules/')) continue
    const derived = file.statements.filter(ts.isTypeAliasDeclaration).filter(({ type }) => isTakenFromValue(type))
    // From the end, so that places before stay true.
    const text = derived.toReversed().reduce((changed, { type }) => {
      return `${changed.slice(0, type.pos)} ${spell(checker, type)}${changed.slice(type.end)}`
    }, file.text)
    if (derived.length > 0) plain.set(file.fileName, withOwnJson(text))
  }
  return plain
}

function isTakenFromValue(node: ts.Node): boolean {
  return ts.isTypeQueryNode(node) || (ts.forEachChild(node, isTakenFromValue) ?? false)
}

const printer = ts.createPrinter({ removeComments: true })

function spell(checker: ts.TypeChecker, node: ts.TypeNode): string {
  const { NoTruncation, InTypeAlias, UseSingleQuotesForStringLiteralType, MultilineObjectLiterals } =
    ts.NodeBuilderFlags
  const flags = NoTruncation | InTypeAlias | UseSingleQuotesForStringLiteralType | MultilineObjectLiterals
  const plain = checker.typeToTypeNode(checker.getTypeFromTypeNode(node), node, flags)
  if (plain === undefined) throw new Error(`Failed to spell out ${node.getText()}: it has no text.`)
  return printer.printNode(ts.EmitHint.Unspecified, plain, node.getSourceFile())
}

/** Gives a file that names zod's type of JSON one of its own. */
function withOwnJson(text: string): string {
  const own = text.replaceAll(/\bimport\("zod[^"]*"\)(?:\.\w+)*\.JSONType\b|\bz\.(?:core\.util\.)?JSONType\b/g, 'Json')
  if (own === text) return text
  return `${own}\ntype Json = string | number | boolean | null | Json[] | { [key: string]: Json }\n`
}
