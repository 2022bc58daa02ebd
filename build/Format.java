import com.google.googlejavaformat.java.Main;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks (or, given {@code replace}, rewrites) every Java source below the working directory. */
final class Format {

  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean replace = args[0].equals("replace");
    List<String> command = new ArrayList<>();
    command.addAll(replace ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    try (var files = Files.walk(Path.of("."))) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .sorted()
          .forEach(file -> command.add(file.toString()));
    }
    int exit =
        new Main(new PrintWriter(System.out, true), new PrintWriter(System.err, true), System.in)
            .format(command.toArray(String[]::new));
    if (exit != 0) {
      System.err.println("The files above are not formatted: mvn -N validate -Dformat=replace");
    }
    System.exit(exit);
  }
}
