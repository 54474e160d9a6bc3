// An OpenID provider on this machine, which ends with its standard input. Prints one line: its issuer, and an access
// token of each algorithm.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

// What the library says for itself.
console.info = console.warn = console.error

const kinds = {
  RS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES512: ['ec', { namedCurve: 'P-521' }],
  EdDSA: ['ed25519', {}],
}
const keys = Object.entries(kinds).map(([alg, [type, options]]) => {
  const { privateKey } = generateKeyPairSync(type, options)
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig' }
})
const client = {
  client_id: 'web',
  client_secret: 'sample-secret-of-a-client-for-tests-only',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
}

const server = createServer()
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const issuer = `http://127.0.0.1:${server.address().port}`
const provider = new Provider(issuer, {
  clients: [client],
  cookies: { keys: ['sample'] },
  extraTokenClaims: () => ({ ext: { username: 'alice' } }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context, resource) => ({
        accessTokenFormat: 'jwt',
        audience: 'profile-api',
        jwt: { sign: { alg: resource.split('/').pop() } },
        scope: 'read',
      }),
    },
  },
  jwks: { keys },
})
server.on('request', provider.callback())

const tokens = {}
for (const alg of Object.keys(kinds)) {
  const body = new URLSearchParams({
    client_id: client.client_id,
    client_secret: client.client_secret,
    grant_type: 'client_credentials',
    resource: `https://profile.example.com/${alg}`,
    scope: 'read',
  })
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body })
  tokens[alg] = (await answer.json()).access_token
}
process.stdin.on('end', () => process.exit())
process.stdin.resume()
console.log(JSON.stringify({ issuer, tokens }))
