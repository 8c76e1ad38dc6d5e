// All mutants of one source file at once: one operator, branch, constant or statement changed in each. The source is
// rewritten so that each place asks whether its mutant is the one that lives. The sentences of errors are left alone:
// openers answer with one opaque problem whatever they say.
import ts from 'typescript5'

const { SyntaxKind: Kind } = ts

/** What stands in the place of an operator. */
const operators = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
}

/** What stands in the place of a method. */
const methods = {
  every: 'some',
  some: 'every',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toUpperCase: 'toLowerCase',
  toLowerCase: 'toUpperCase',
}

const isError = node =>
  ts.isNewExpression(node) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text.endsWith('Error')

/** A text with its first letter changed: one byte of a label or tag. */
const otherText = text => (text === '' ? 'x' : `${text[0] === 'x' ? 'y' : 'x'}${text.slice(1)}`)

/** @returns [{ text, what }] for an expression: what may stand in its place */
function ofExpression(node, text) {
  const found = []
  const add = (other, what) => found.push({ text: other, what })
  if (ts.isBinaryExpression(node)) {
    const sign = node.operatorToken.getText()
    const [left, right] = [text(node.left), text(node.right)]
    for (const other of operators[sign] ?? [])
      add(`${left} ${other} ${right}`, `${sign} becomes ${other}`)
    if (sign === '??') add(left, '?? loses its right side')
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === Kind.ExclamationToken)
    add(text(node.operand), '! is gone')
  const steps = { [Kind.PlusPlusToken]: '--', [Kind.MinusMinusToken]: '++' }
  if (ts.isPrefixUnaryExpression(node) && steps[node.operator])
    add(steps[node.operator] + text(node.operand), 'the step goes the other way')
  if (ts.isPostfixUnaryExpression(node))
    add(text(node.operand) + steps[node.operator], 'the step goes the other way')
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text)
    add(String(value + 1), `${value} becomes ${value + 1}`)
    if (value > 0) add(String(value - 1), `${value} becomes ${value - 1}`)
  }
  if (node.kind === Kind.TrueKeyword) add('false', 'true becomes false')
  if (node.kind === Kind.FalseKeyword) add('true', 'false becomes true')
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    add(JSON.stringify(otherText(node.text)), `${JSON.stringify(node.text)} changes`)
  if (ts.isTemplateExpression(node)) {
    const all = text(node)
    const { head, templateSpans } = node
    if (head.text !== '')
      add(`\`${otherText(head.text)}${all.slice(head.text.length + 1)}`, 'the head changes')
    const tail = templateSpans.at(-1)?.literal.text ?? ''
    if (tail !== '') add(`${all.slice(0, -1)}x\``, 'the tail changes')
  }
  if (ts.isRegularExpressionLiteral(node)) {
    if (node.text.startsWith('/^')) add(`/${node.text.slice(2)}`, '^ is gone')
    const unended = node.text.replace(/\$(\/[a-z]*)$/, '$1')
    if (unended !== node.text) add(unended, '$ is gone')
  }
  if (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    Object.hasOwn(methods, node.expression.name.text)
  ) {
    const { name } = node.expression
    const all = text(node)
    const at = name.getStart() - node.getStart()
    const other = methods[name.text]
    add(
      all.slice(0, at) + other + all.slice(at + name.text.length),
      `${name.text} becomes ${other}`,
    )
  }
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) add('[]', 'the list is empty')
  const isCondition =
    (ts.isIfStatement(node.parent) && node.parent.expression === node) ||
    (ts.isConditionalExpression(node.parent) && node.parent.condition === node)
  if (isCondition) {
    add('true', 'the branch always')
    add('false', 'the branch never')
  }
  const isLoop =
    (ts.isWhileStatement(node.parent) || ts.isDoStatement(node.parent)) &&
    node.parent.expression === node
  if (isLoop || (ts.isForStatement(node.parent) && node.parent.condition === node))
    add('false', 'the loop never')
  if (ts.isReturnStatement(node.parent)) add('undefined', 'nothing is returned')
  return found
}

const isRemovable = node =>
  ts.isExpressionStatement(node) ||
  ts.isThrowStatement(node) ||
  ts.isContinueStatement(node) ||
  ts.isBreakStatement(node)

/** Types, imports, names of members: nothing there runs. */
const isDead = node =>
  isError(node) ||
  ts.isTypeNode(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isImportDeclaration(node)

/** @returns { source, mutants: [{ id, path, line, what, code }] }, ids from `first` */
export function instrument(path, original, first) {
  const tree = ts.createSourceFile(path, original, ts.ScriptTarget.ESNext, true)
  const lines = original.split('\n')
  const mutants = []
  const text = node => node.getText(tree)

  function keep(node, what) {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree))
    const id = first + mutants.length
    mutants.push({ id, path, line: line + 1, what, code: lines[line].trim() })
    return id
  }

  /** The text of a node in which its parts ask, too. */
  function inner(node) {
    let made = ''
    let at = node.getFullStart()
    ts.forEachChild(node, child => {
      made += original.slice(at, child.getFullStart())
      const isName =
        (ts.isPropertyAssignment(node) && node.name === child) ||
        (ts.isBinaryExpression(node) &&
          node.operatorToken.kind === Kind.EqualsToken &&
          node.left === child)
      made += isName ? original.slice(child.getFullStart(), child.getEnd()) : asking(child)
      at = child.getEnd()
    })
    return made + original.slice(at, node.getEnd())
  }

  function asking(node) {
    if (isDead(node)) return original.slice(node.getFullStart(), node.getEnd())
    const lead = original.slice(node.getFullStart(), node.getStart(tree))
    const others = ofExpression(node, text)
    const ids = others.map(({ what }) => keep(node, what))
    const gone = isRemovable(node) ? keep(node, 'the statement is gone') : null
    let made = inner(node).slice(lead.length)
    for (const [index, other] of others.entries())
      made = `(isMutant(${ids[index]}) ? (${other.text}) : ${made})`
    if (gone !== null) made = `{ if (!isMutant(${gone})) ${made}; }`
    return lead + made
  }

  return { source: inner(tree), mutants }
}
