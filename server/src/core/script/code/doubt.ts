import type { Doubt } from '../script';
import { textOf, type Language, type Source } from './language';
import { field, type CodeNode } from './node';

const LOOPS: ReadonlySet<string> = new Set([
  'for_statement',
  'for_in_statement',
  'foreach_statement',
  'for_each_statement',
  'while_statement',
  'do_statement',
  'for',
  'while',
  'until',
  'while_modifier',
  'until_modifier',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

const CONDITIONS: ReadonlySet<string> = new Set([
  'if_statement',
  'switch_statement',
  'match_statement',
  'expression_switch_statement',
  'ternary_expression',
  'conditional_expression',
  'catch_clause',
  'except_clause',
  'if',
  'unless',
  'case',
  'if_modifier',
  'unless_modifier',
  'conditional',
  'rescue',
]);

/** Functions that run what they are given once for each member of something, or a number of times. */
const ITERATES = /^(?:forEach|map|flatMap|reduce|each|each_\w+|find_each|find_in_batches|in_batches|map!?|times|upto|downto|step|for|reduce_while|array_map|array_walk)$/u;

/** Elixir's conditions are calls, too. */
const BRANCHES = /^(?:if|unless|case|cond|with)$/u;

/** Whether what a node does happens many times or perhaps not at all, by what is around it in its function; undefined where it happens once. */
export function doubtOf(node: CodeNode, code: Source, language: Language): Extract<Doubt['why'], 'loop' | 'condition'> | undefined {
  let condition = false;
  let from = node;
  for (let at = node.parent; at !== undefined; at = at.parent) {
    // A block may hold thousands of statements: what holds for it is found once.
    if (language.blocks.has(at.type)) {
      const around = doubtOfBlock(at, code, language);
      return around === 'none' && condition ? 'condition' : around === 'none' ? undefined : around;
    }
    if (LOOPS.has(at.type)) return 'loop';
    if (CONDITIONS.has(at.type)) condition ||= !isHead(from);
    else if (language.calls.has(at.type) && holdsFunction(at, from)) {
      const name = calledName(at, code);
      if (ITERATES.test(name)) return 'loop';
      condition ||= BRANCHES.test(name) && from.type === 'do_block';
    }
    if (language.definition(at, code) !== undefined) break;
    from = at;
  }
  return condition ? 'condition' : undefined;
}

type OfBlocks = Map<CodeNode, 'loop' | 'condition' | 'none'>;
/** For each reading of a file: the same block may stand in another loop in the next. */
const ofBlocks = new WeakMap<Source, OfBlocks>();

function doubtOfBlock(block: CodeNode, code: Source, language: Language): 'loop' | 'condition' | 'none' {
  let blocks = ofBlocks.get(code);
  if (blocks === undefined) ofBlocks.set(code, (blocks = new Map() as OfBlocks));
  let known = blocks.get(block);
  if (known === undefined) blocks.set(block, (known = doubtOf(block, code, language) ?? 'none'));
  return known;
}

/** What is looked at to decide, or done before, happens in any case. */
function isHead({ field: own }: CodeNode): boolean {
  return own === 'condition' || own === 'initializer' || own === 'value' || own === 'subject';
}

/** Whether a node is the function that a call is given, or in its arguments. */
function holdsFunction(call: CodeNode, node: CodeNode): boolean {
  return node.field === 'arguments' || node.field === 'block' || node.type === 'arguments' || node.type === 'argument_list' || node.type === 'do_block' || (node.type === 'block' && call.type === 'call');
}

function calledName(call: CodeNode, code: Source): string {
  const called = field(call, 'method') ?? field(call, 'function') ?? field(call, 'target') ?? field(call, 'name');
  return called === undefined ? '' : /[\w!]*$/u.exec(textOf(code, called))?.[0] ?? '';
}
