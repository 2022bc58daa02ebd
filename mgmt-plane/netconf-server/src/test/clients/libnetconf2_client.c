/* Sends the requests that it reads, one a line, over one session of libnetconf2; prints the
 * replies, each ended by a NUL, and for an empty line the next notification. All of it is checked
 * against the server's own modules. */
#include <libyang/libyang.h>
#include <nc_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *password;

static char *give_password(const char *user, const char *host, void *context) {
  (void)user, (void)host, (void)context;
  return strdup(password);
}

static int any_host_key(const char *host, ssh_session session, void *context) {
  (void)host, (void)session, (void)context;
  return 0;
}

static void print(struct lyd_node *tree) {
  char *text = NULL;
  if (tree && lyd_print_mem(&text, tree, LYD_XML, LYD_PRINT_SHRINK | LYD_PRINT_WITHSIBLINGS) == 0 &&
      text) {
    fputs(text, stdout);
  }
  free(text);
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: client PORT USER PASSWORD MODULES\n");
    return 2;
  }
  password = arguments[3];
  nc_client_init();
  nc_client_set_schema_searchpath(arguments[4]);
  nc_client_ssh_set_username(arguments[2]);
  nc_client_ssh_set_auth_password_clb(give_password, NULL);
  nc_client_ssh_set_auth_hostkey_check_clb(any_host_key, NULL);
  nc_client_ssh_set_auth_pref(NC_SSH_AUTH_PASSWORD, 3);
  struct nc_session *session = nc_connect_ssh("127.0.0.1", (uint16_t)atoi(arguments[1]), NULL);
  if (!session) {
    return 1;
  }
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, stdin) > 0) {
    if (line[0] == '\n') {
      struct lyd_node *envelope = NULL, *content = NULL;
      NC_MSG_TYPE kind = nc_recv_notif(session, 30000, &envelope, &content);
      if (kind == NC_MSG_NOTIF) {
        print(envelope);
        print(content);
      } else {
        printf("no notification that fits the modules: %d", kind);
      }
      lyd_free_all(content);
      lyd_free_all(envelope);
      putchar('\0');
      fflush(stdout);
      continue;
    }
    struct nc_rpc *rpc = nc_rpc_act_generic_xml(line, NC_PARAMTYPE_CONST);
    uint64_t id = 0;
    if (nc_send_rpc(session, rpc, 30000, &id) != NC_MSG_RPC) {
      printf("not sent");
    } else {
      struct lyd_node *envelope = NULL, *content = NULL;
      NC_MSG_TYPE kind;
      do {
        kind = nc_recv_reply(session, rpc, id, 30000, &envelope, &content);
      } while (kind == NC_MSG_NOTIF);
      if (kind == NC_MSG_REPLY) {
        print(envelope);
        print(content);
      } else {
        printf("no reply that fits the modules: %d", kind);
      }
      lyd_free_all(content);
      lyd_free_all(envelope);
    }
    nc_rpc_free(rpc);
    putchar('\0');
    fflush(stdout);
  }
  free(line);
  nc_session_free(session, NULL);
  nc_client_destroy();
  return 0;
}
