// The mutants of one source file: one operator, branch, constant or statement changed at a time, found in the syntax
// tree. The sentences of errors are left alone: openers answer with one opaque problem whatever they say.
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
  '>>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '|=': ['&='],
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
  ts.isNewExpression(node) && ts.isIdentifier(node.expression) && /Error$/.test(node.expression.text)

/** A text with its first letter changed: one byte of a label or tag. */
const otherText = text => (text === '' ? 'x' : `${text[0] === 'x' ? 'y' : 'x'}${text.slice(1)}`)

/** Mutants of an expression that decides something. */
const decided = [
  ['true', 'always'],
  ['false', 'never'],
]

/** @returns [{ start, end, text, what }] where `text` takes the place of what stands from `start` to `end` */
export function mutantsOf(path, source) {
  const tree = ts.createSourceFile(path, source, ts.ScriptTarget.ESNext, true)
  const found = []
  const replace = (node, text, what) =>
    found.push({ start: node.getStart(tree), end: node.getEnd(), text, what })

  function ofExpression(node) {
    if (ts.isBinaryExpression(node)) {
      const sign = node.operatorToken.getText(tree)
      for (const other of operators[sign] ?? [])
        replace(node.operatorToken, other, `${sign} becomes ${other}`)
      if (sign === '??') replace(node, node.left.getText(tree), '?? loses its right side')
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === Kind.ExclamationToken)
      replace(node, node.operand.getText(tree), '! is gone')
    if (
      (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
      (node.operator === Kind.PlusPlusToken || node.operator === Kind.MinusMinusToken)
    ) {
      const other = node.operator === Kind.PlusPlusToken ? '--' : '++'
      const operand = node.operand.getText(tree)
      replace(
        node,
        ts.isPrefixUnaryExpression(node) ? other + operand : operand + other,
        `the step becomes ${other}`,
      )
    }
    if (ts.isNumericLiteral(node)) {
      const value = Number(node.text.replaceAll('_', ''))
      replace(node, `(${value + 1})`, `${value} becomes ${value + 1}`)
      if (value > 0) replace(node, `(${value - 1})`, `${value} becomes ${value - 1}`)
    }
    if (node.kind === Kind.TrueKeyword) replace(node, 'false', 'true becomes false')
    if (node.kind === Kind.FalseKeyword) replace(node, 'true', 'false becomes true')
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
      replace(node, JSON.stringify(otherText(node.text)), `${JSON.stringify(node.text)} changes`)
    if (ts.isTemplateHead(node) && node.text !== '')
      replace(node, `\`${otherText(node.text)}\${`, 'the head of a template changes')
    if (ts.isTemplateTail(node) && node.text !== '')
      replace(node, `}${otherText(node.text)}\``, 'the tail of a template changes')
    if (ts.isRegularExpressionLiteral(node)) {
      if (node.text.startsWith('/^')) replace(node, `/${node.text.slice(2)}`, '^ is gone')
      const unended = node.text.replace(/\$(\/[a-z]*)$/, '$1')
      if (unended !== node.text) replace(node, unended, '$ is gone')
    }
    if (ts.isConditionalExpression(node))
      for (const [value, when] of decided) replace(node.condition, value, `the first ${when}`)
    if (ts.isPropertyAccessExpression(node) && Object.hasOwn(methods, node.name.text))
      replace(node.name, methods[node.name.text], `${node.name.text} becomes another`)
    if (ts.isArrayLiteralExpression(node) && node.elements.length > 0)
      replace(node, '[]', 'the list is empty')
    if (ts.isAwaitExpression(node) && ts.isExpressionStatement(node.parent))
      replace(node, 'undefined', 'nothing is awaited')
  }

  function ofStatement(node) {
    if (ts.isIfStatement(node))
      for (const [value, when] of decided) replace(node.expression, value, `the branch ${when}`)
    if (ts.isWhileStatement(node) || ts.isDoStatement(node))
      replace(node.expression, 'false', 'the loop never')
    if (ts.isForStatement(node) && node.condition !== undefined)
      replace(node.condition, 'false', 'the loop never')
    if (ts.isExpressionStatement(node) || ts.isThrowStatement(node))
      replace(node, ';', 'the statement is gone')
    if (ts.isContinueStatement(node) || ts.isBreakStatement(node))
      replace(node, ';', 'the jump is gone')
    if (ts.isReturnStatement(node) && node.expression !== undefined)
      replace(node.expression, 'undefined', 'nothing is returned')
  }

  function visit(node) {
    if (isError(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return
    if (ts.isImportDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    ofExpression(node)
    ofStatement(node)
    // Keys of objects and names of imports are no constants.
    if (ts.isPropertyAssignment(node)) visit(node.initializer)
    else if (ts.isLiteralTypeNode(node)) return
    else ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
    .filter(({ start, end, text }) => source.slice(start, end) !== text)
    .map(one => {
      const { line } = tree.getLineAndCharacterOfPosition(one.start)
      return { ...one, line: line + 1 }
    })
}
