import { graphql } from '../../gql';

export const viewerDocument = graphql(`
  query Viewer {
    viewer {
      user { id email name }
      memberships { role org { id slug name } }
    }
  }
`);

export const signInDocument = graphql(`
  mutation SignIn($email: String!, $password: String!) {
    signIn(email: $email, password: $password) { user { id } }
  }
`);

export const signUpDocument = graphql(`
  mutation SignUp($email: String!, $name: String!, $password: String!, $orgName: String!) {
    signUp(email: $email, name: $name, password: $password, orgName: $orgName) { user { id } }
  }
`);

export const signOutDocument = graphql(`
  mutation SignOut { signOut }
`);

export const invitePreviewDocument = graphql(`
  query InvitePreview($token: String!) {
    invitePreview(token: $token) { email orgName role hasAccount }
  }
`);

export const acceptInviteDocument = graphql(`
  mutation AcceptInvite($token: String!, $name: String, $password: String) {
    acceptInvite(token: $token, name: $name, password: $password) { user { id } }
  }
`);
