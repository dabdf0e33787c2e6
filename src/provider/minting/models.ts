import type Provider from 'oidc-provider'

/** A client as the provider's models have it. */
export type ModelClient = InstanceType<Provider['Client']> & { idTokenSignedResponseAlg: string }

/** The client that a model belongs to, which is known to be there. */
export async function clientOf(provider: Provider, clientId: string): Promise<ModelClient> {
  return (await provider.Client.find(clientId)) as ModelClient
}
