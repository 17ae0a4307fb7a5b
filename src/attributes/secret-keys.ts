/** Words that make a key a secret's, wherever they stand in it. */
const ANYWHERE = new Set(
  (
    'password passwords passwd passphrase passcode pwd secret secrets apikey apikeys authorization cookie cookies ' +
    'credential credentials jwt privatekey secretkey accesskey accesstoken refreshtoken idtoken authtoken ' +
    'sessiontoken bearertoken clientsecret csrftoken xsrftoken setcookie xapikey ssn cvv cvc passwort'
  ).split(' '),
);

/** Words that make a key a secret's only as its last word: `x_auth` and `access_token`, not `auth_method` and `token_count`. */
const LAST = new Set(['token', 'auth', 'bearer', 'pass', 'otp']);

/** Words before `token` that speak of a language model's tokens or of paging. */
const HARMLESS_TOKENS = new Set(
  (
    'next previous prev page continuation stop start end eos bos pad unk cls sep mask per first last max min total ' +
    'prompt completion input output special new current cancellation cancel sync'
  ).split(' '),
);

/** Words before `key` or `keys` that make it a secret's. */
const SECRET_KEYS = new Set(
  (
    'api access private signing encryption ssh master subscription account auth service functions shared host storage ' +
    'deploy license decryption hmac session aes rsa openai anthropic'
  ).split(' '),
);

const PAIRS = new Set([
  ...['credit card', 'card number', 'social security', 'connection string', 'security code'],
  ...['pass word', 'pass words', 'pass phrase', 'pass phrases', 'pass code', 'pass codes'],
]);

/** `apiKey`, `api_key`, `API-KEY` and `api key` all give `['api', 'key']`; digits are borders. */
export function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]/u)
    .filter((word) => word !== '');
}

/** Whether these words name a secret by the built-in list. */
export function namesSecret(words: readonly string[]): boolean {
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string;
    if (ANYWHERE.has(word)) return true;
    const before = i > 0 ? (words[i - 1] as string) : '';
    if ((word === 'key' || word === 'keys') && SECRET_KEYS.has(before)) return true;
    if (before !== '' && PAIRS.has(`${before} ${word}`)) return true;
    if (i === words.length - 1 && LAST.has(word) && !(word === 'token' && HARMLESS_TOKENS.has(before))) return true;
  }
  return false;
}

/** Whether `part` stands in `words` as a whole, in order and without gaps. */
export function containsWords(words: readonly string[], part: readonly string[]): boolean {
  if (part.length === 0) return false;
  for (let i = 0; i + part.length <= words.length; i += 1) {
    if (part.every((word, j) => words[i + j] === word)) return true;
  }
  return false;
}
