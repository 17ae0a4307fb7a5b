import axios from 'axios';
import type { Passage } from './retriever.js';

/** How to reach an OpenAI-compatible model. */
export interface ModelAccess {
  name: string;
  baseUrl: string;
  apiKey: string;
}

/** What `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `OPENAI_MODEL` say; undefined without a key. */
export function modelFromEnvironment(env = process.env): ModelAccess | undefined {
  if (!env.OPENAI_API_KEY) return undefined;
  return {
    name: env.OPENAI_MODEL || 'gpt-4o-mini',
    baseUrl: (env.OPENAI_BASE_URL || 'https://api.openai.com/v1').replace(/\/+$/, ''),
    apiKey: env.OPENAI_API_KEY,
  };
}

interface Completion {
  choices: { message: { content: string | null } }[];
  usage?: { prompt_tokens: number; completion_tokens: number };
}

export async function askModel(model: ModelAccess, question: string, passages: readonly Passage[]) {
  const library = passages.map(({ country, text }) => `# ${country}\n${text}`).join('\n\n');
  const { data } = await axios.post<Completion>(
    `${model.baseUrl}/chat/completions`,
    {
      model: model.name,
      messages: [
        {
          role: 'system',
          content: `Answer from these pages, with the bare answer and nothing else; lists with commas.\n\n${library}`,
        },
        { role: 'user', content: question },
      ],
    },
    { headers: { Authorization: `Bearer ${model.apiKey}` }, timeout: 60_000 },
  );
  return {
    text: data.choices[0]?.message.content?.trim() ?? '',
    promptTokens: data.usage?.prompt_tokens ?? 0,
    completionTokens: data.usage?.completion_tokens ?? 0,
  };
}
