/** What a chat model is called with and what it answers: 4.4 KB and 1.1 KB as JSON. */

const sentence =
  'The quick brown fox jumps over the lazy dog while the committee reads the minutes of its last meeting. ';

function request() {
  return {
    model: 'gpt-4o-mini',
    temperature: 0.2,
    max_tokens: 512,
    messages: Array.from({ length: 9 }, (_, index) => ({
      role: index === 0 ? 'system' : index % 2 === 1 ? 'user' : 'assistant',
      content: `Turn ${index}: ${sentence.repeat(4)}`.slice(0, 425),
    })),
    metadata: { conversation: 'c-12345', turn: 9, tags: ['support', 'billing'] },
  };
}

function reply() {
  return {
    id: 'chatcmpl-abc123',
    object: 'chat.completion',
    created: 1_731_000_000,
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: sentence.repeat(8) } }],
    usage: { prompt_tokens: 812, completion_tokens: 144, total_tokens: 956 },
  };
}

/** Twenty fields as an application would add them. */
function twentyKeys() {
  const data = {};
  for (let index = 0; index < 10; index += 1) data[`feature_${index}`] = `value ${index}`;
  for (let index = 0; index < 5; index += 1) data[`count_${index}`] = index * 17;
  for (let index = 0; index < 3; index += 1) data[`ratio_${index}`] = index / 3;
  return { ...data, cached: true, tier: 'gold' };
}

/** A nested object with so many leaves. */
function nested(leaves) {
  const out = {};
  for (let index = 0; index < leaves; index += 1) {
    const group = (out[`group_${index % 10}`] ??= {});
    group[`field_${index}`] = index % 3 === 0 ? index : index % 3 === 1 ? `text number ${index}` : index % 2 === 0;
  }
  return out;
}

module.exports = { request, reply, twentyKeys, nested };
