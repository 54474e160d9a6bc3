// Asks a service of a token, as a client library does: the address of the service, the token and the way of authentication
// are arguments. Prints what it said.
import * as oauth from 'oauth4webapi'

const [address, token, way] = process.argv.slice(2)
const server = { issuer: address, introspection_endpoint: `${address}/oauth/introspect/` }
const client = { client_id: 'billing' }
const secret = 'sample+introspection/secret-for-tests-only'
const options = { [oauth.allowInsecureRequests]: true }
const answer = await oauth.introspectionRequest(server, client, oauth[way](secret), token, options)
console.log(JSON.stringify(await oauth.processIntrospectionResponse(server, client, answer)))
