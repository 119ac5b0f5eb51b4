// provider - an OpenID provider as others run them: the npm package oidc-provider, on loopback, for
// tests/serve/oidc_test.py. It says its port, reads the redirect URI of the client, says "ready".
// A client for each kind of signature, named after it; everybody may log in, and is in the group "soc".
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const KINDS = {
    RS256: ['rsa', { modulusLength: 2048 }],
    ES256: ['ec', { namedCurve: 'P-256' }],
    EdDSA: ['ed25519', {}],
};

function key(alg) {
    const { privateKey } = generateKeyPairSync(...KINDS[alg]);
    return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: 'key-' + alg };
}

const keys = Object.keys(KINDS).map(key);

function provide(issuer, redirect) {
    return new Provider(issuer, {
        clients: Object.keys(KINDS).map((alg) => ({
            client_id: 'noroshi-' + alg,
            client_secret: 'secret of noroshi & +',
            redirect_uris: [redirect],
            response_types: ['code'],
            grant_types: ['authorization_code'],
            token_endpoint_auth_method: 'client_secret_basic',
            id_token_signed_response_alg: alg,
        })),
        enabledJWA: { idTokenSigningAlgValues: Object.keys(KINDS) },
        jwks: { keys },
        cookies: { keys: ['a key of a test'] },
        pkce: { required: () => true, methods: ['S256'] },
        claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'] },
        conformIdTokenClaims: false,
        findAccount: (_, id) => ({
            accountId: id,
            claims: () => ({ sub: id, name: id.toUpperCase(), preferred_username: id, groups: ['soc', 'other'] }),
        }),
    });
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
    const issuer = 'http://127.0.0.1:' + server.address().port;
    console.log('port ' + server.address().port);
    createInterface({ input: process.stdin })
        .on('line', (redirect) => {
            server.removeAllListeners('request');
            server.on('request', provide(issuer, redirect).callback());
            console.log('ready');
        })
        .on('close', () => process.exit(0));
});
