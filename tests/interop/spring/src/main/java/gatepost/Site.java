package gatepost;

import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class Site {

    /** Who has signed in, and the button that ends it. */
    @GetMapping(path = "/me", produces = MediaType.TEXT_HTML_VALUE)
    String me(@AuthenticationPrincipal OidcUser user, CsrfToken csrf) {
        return """
                <!doctype html><title>The application</title><p id="user">%s</p><p id="name">%s</p>
                <form method="post" action="/logout"><input type="hidden" name="%s" value="%s"><button id="sign-out">Sign out</button></form>
                """.formatted(user.getPreferredUsername(), user.getFullName(), csrf.getParameterName(), csrf.getToken());
    }

    @GetMapping(path = "/bye", produces = MediaType.TEXT_HTML_VALUE)
    String bye() {
        return "<!doctype html><title>Bye</title>";
    }

    @GetMapping("/api/reports")
    Map<String, Object> reports(@AuthenticationPrincipal Jwt token) {
        return Map.of("client", token.getClaimAsString("client_id"));
    }
}
